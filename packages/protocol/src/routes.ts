// Every endpoint's method, path and scope. It is apart from contract.ts so that a browser need not load the schemas.
import type { Scope } from './words.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';
export type Route = readonly [method: Method, path: string, scope: Scope | 'public'];

export const routes = {
  // Seeing
  'get-session': ['GET', '/api/v1/session', 'public'],
  'log-in': ['POST', '/api/v1/session', 'public'],
  'log-out': ['DELETE', '/api/v1/session', 'public'],
  'list-repos': ['GET', '/api/v1/repos', 'read'],
  'get-repo': ['GET', '/api/v1/repos/:repo', 'read'],
  'get-grid': ['GET', '/api/v1/repos/:repo/grid', 'read'],
  'list-pushes': ['GET', '/api/v1/repos/:repo/pushes', 'read'],
  'get-push': ['GET', '/api/v1/pushes/:push', 'read'],
  'get-pipeline': ['GET', '/api/v1/pipelines/:pipeline', 'read'],
  'list-jobs': ['GET', '/api/v1/jobs', 'read'],
  'get-job': ['GET', '/api/v1/jobs/:job', 'read'],
  'get-run': ['GET', '/api/v1/runs/:run', 'read'],
  'read-log': ['GET', '/api/v1/runs/:run/steps/:step/log', 'read'],
  'search-log': ['GET', '/api/v1/runs/:run/log/search', 'read'],
  'download-log': ['GET', '/api/v1/runs/:run/log.txt.gz', 'read'],
  'get-artifact': ['GET', '/api/v1/runs/:run/artifacts/*', 'read'],
  'list-workers': ['GET', '/api/v1/workers', 'read'],
  'list-pools': ['GET', '/api/v1/pools', 'read'],
  'explain-job': ['GET', '/api/v1/jobs/:job/explanation', 'read'],
  'list-pauses': ['GET', '/api/v1/pauses', 'read'],
  'list-groups': ['GET', '/api/v1/repos/:repo/concurrency-groups', 'read'],
  live: ['GET', '/api/v1/live', 'read'],
  'check-invariants': ['GET', '/api/v1/invariants', 'admin'],
  // Acting
  'add-repo': ['PUT', '/api/v1/repos/:repo', 'admin'],
  'remove-repo': ['DELETE', '/api/v1/repos/:repo', 'admin'],
  'report-push': ['POST', '/api/v1/repos/:repo/pushes', 'push'],
  'start-pipeline': ['POST', '/api/v1/pushes/:push/pipelines', 'act'],
  'cancel-pipeline': ['POST', '/api/v1/pipelines/:pipeline/cancel', 'act'],
  'cancel-job': ['POST', '/api/v1/jobs/:job/cancel', 'act'],
  'rerun-job': ['POST', '/api/v1/jobs/:job/rerun', 'act'],
  'submit-pipeline': ['POST', '/api/v1/pushes/:push/submissions', 'submit'],
  'add-jobs': ['POST', '/api/v1/pipelines/:pipeline/jobs', 'submit'],
  'close-pipeline': ['POST', '/api/v1/pipelines/:pipeline/close', 'submit'],
  'raise-job': ['POST', '/api/v1/jobs/:job/raise', 'act'],
  'answer-gate': ['POST', '/api/v1/jobs/:job/answer', 'approve'],
  pause: ['PUT', '/api/v1/pauses', 'order'],
  resume: ['DELETE', '/api/v1/pauses/:pause', 'order'],
  'set-group': ['PUT', '/api/v1/repos/:repo/concurrency-groups/:group', 'order'],
  'set-pool': ['PUT', '/api/v1/pools/:pool', 'order'],
  'hold-worker': ['PUT', '/api/v1/workers/:worker/hold', 'order'],
  'let-worker-go': ['DELETE', '/api/v1/workers/:worker/hold', 'order'],
  'list-tokens': ['GET', '/api/v1/tokens', 'admin'],
  'create-token': ['POST', '/api/v1/tokens', 'admin'],
  'revoke-token': ['DELETE', '/api/v1/tokens/:token', 'admin'],
  'list-secrets': ['GET', '/api/v1/repos/:repo/secrets', 'admin'],
  'set-secret': ['PUT', '/api/v1/repos/:repo/secrets/:secret', 'admin'],
  'remove-secret': ['DELETE', '/api/v1/repos/:repo/secrets/:secret', 'admin'],
  // Working
  'register-worker': ['POST', '/api/v1/workers', 'work'],
  'sign-off-worker': ['DELETE', '/api/v1/workers/:worker', 'work'],
  claim: ['POST', '/api/v1/workers/:worker/claims', 'work'],
  renew: ['POST', '/api/v1/workers/:worker/renewals', 'work'],
  'report-steps': ['POST', '/api/v1/runs/:run/steps', 'work'],
  'append-log': ['POST', '/api/v1/runs/:run/log', 'work'],
  'put-artifact': ['PUT', '/api/v1/runs/:run/artifacts/*', 'work'],
  finish: ['POST', '/api/v1/runs/:run/finish', 'work'],
} as const satisfies Record<string, Route>;

export type EndpointId = keyof typeof routes;
