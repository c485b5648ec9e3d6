// worker: takes runs from a server and runs their steps. It needs Node, and git for checkouts; nothing else of ours.
export { environmentPage } from './environment-page.ts';
export { createOwnLog, type OwnLog, silentLog } from './own-log.ts';
export { readSettings, type Settings, settingsTable } from './settings.ts';
export { startWorker, type Worker, type WorkerOptions } from './worker.ts';
