// Starts a thread for scripts: the file beside this one, as it was built or its source.
import { Worker } from 'node:worker_threads';

/** It sees nothing of this process's environment. Its own stack is larger than the engine's, whose limit is met first. */
export function openThread(): Worker {
  const options = { name: 'script', env: {}, resourceLimits: { maxOldGenerationSizeMb: 1024, stackSizeMb: 32 } };
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL('./script-thread.js', import.meta.url), options);
  const file = new URL('./script-thread.ts', import.meta.url).href;
  const from = new URL('./script-thread-from-source.mjs', import.meta.url);
  return new Worker(from, { ...options, workerData: { file }, execArgv: ['--conditions=source'] });
}
