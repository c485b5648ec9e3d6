// The server as other programs start it: tests and benchmarks in their own process, the command by ./main.ts.
export { type Server, startServer } from './roles/start-server.ts';
export { readSettings, type Settings, settingTable } from './settings.ts';
