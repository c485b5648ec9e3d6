// Begins a thread for scripts whose file is source, in tests and benches: Node 20 reads none by itself.
import { workerData } from 'node:worker_threads';
import { tsImport } from 'tsx/esm/api';

await tsImport(workerData.file, workerData.file);
