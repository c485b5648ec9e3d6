// protocol: the words and the HTTP contract. It runs everywhere and imports nothing of ours.
export * from './client.ts';
export * from './contract.ts';
export * from './openapi.ts';
export * from './problems.ts';
export type { EndpointId, Method, Route } from './routes.ts';
export * from './shapes/basics.ts';
export * from './shapes/comparison.ts';
export * from './shapes/error-lines.ts';
export * from './shapes/invariants.ts';
export * from './shapes/job.ts';
export * from './shapes/log.ts';
export * from './shapes/problem.ts';
export * from './shapes/source.ts';
export * from './shapes/submission.ts';
export * from './shapes/views.ts';
export * from './shapes/worker.ts';
export * from './version.ts';
export * from './words.ts';
