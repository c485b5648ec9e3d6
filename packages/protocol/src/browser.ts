// The face for browsers and workers: the client and the types, without the schemas (which weigh more than the pages).
export * from './client.ts';
export type * from './index.ts';
export * from './lines/index.ts';
export { type ProblemCode, Refused } from './problems.ts';
export { shortestSecret } from './secret-length.ts';
export { version } from './version.ts';
