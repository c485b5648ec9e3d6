// Begins a search thread whose file is source, in tests and benches: Node 20 reads none by itself, and what a test runs within reads it
// for the main thread only.
import { workerData } from 'node:worker_threads';
import { tsImport } from 'tsx/esm/api';

await tsImport(workerData.file, workerData.file);
