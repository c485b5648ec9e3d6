// queue: jobs and runs from submitted to done. The only writer of job state.
// Owns: pipeline, build_clock, job, edge, ready, run, pool, worker, lease_clock.
// Tells: nothing yet; callers get the topics to hint after their commit.
// Hears: nothing; `flow` calls it. Settings come in as QueueLimits.
export { cancelJob, cancelPipeline } from './cancel.ts';
export type { Claim } from './claim.ts';
export { expireLeases } from './expire.ts';
export { explain } from './explain.ts';
export { type Ended, type EndOfRun, finish, type RunHold } from './finish.ts';
export { type AskedEnd, finishAlone } from './finish-alone.ts';
export { type QueueLimits, queueDefaults } from './limits.ts';
export { renew } from './renew.ts';
export { rerunJob } from './rerun.ts';
export { settle } from './settle.ts';
export { reportSteps } from './steps.ts';
export { type Submission, type SubmittedJob, submit } from './submit.ts';
export { startWaitingRoom, type WaitingRoom } from './waiting-room.ts';
export { listPools, listWorkers, registerWorker, signOffWorker } from './workers.ts';
