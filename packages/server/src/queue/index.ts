// queue: jobs and runs from submitted to done. The only writer of job state.
// Owns: pipeline, build_clock, job, edge, ready, run, pool, worker, lease_clock, lane, pause, concurrency_group, concurrency_slot.
// Tells: nothing yet; callers get the topics to hint after their commit.
// Hears: nothing; `flow` calls it. Settings come in as QueueLimits. What it decides is pure and lies in decide/.
export { type AddAsked, type Added, addJobs, checkNeeds, closePipeline } from './add-jobs.ts';
export { type AddMemory, addMemory } from './add-plain.ts';
export { cancelJob, cancelPipeline } from './cancel.ts';
export type { Claim } from './claim.ts';
export { classOf, handicapSeconds, type OrderPolicy } from './decide/rank.ts';
export { giveDueSlots, tidyGroups } from './enter-groups.ts';
export { expireLeases, noteAnswering, noteLogsHeld } from './expire.ts';
export { explainJob } from './explain/explain-job.ts';
export { type Ended, type EndOfRun, finish, type RunHold } from './finish.ts';
export { type AskedEnd, finishAlone } from './finish-alone.ts';
export { type Forgotten, forgetPipelines } from './forget-pipelines.ts';
export { forgetWorkers } from './forget-workers.ts';
export { answerGate, type GateAnswer } from './gate.ts';
export { listGroups, readGroup, setGroup } from './groups.ts';
export { learnLanes } from './learn-lanes.ts';
export { type QueueLimits, queueDefaults } from './limits.ts';
export { listWorkers, readWorker } from './list-workers.ts';
export { listPauses, type PauseAsked, pause, resume } from './pauses.ts';
export { listPools, readPool, setPool } from './pools.ts';
export { raiseJob } from './raise.ts';
export { createRenew, type Renew } from './renew.ts';
export { rerunJob } from './rerun.ts';
export { settle } from './settle.ts';
export { createReportSteps, type ReportSteps } from './steps.ts';
export { type Submission, type Submitted, type SubmittedJob, submit } from './submit.ts';
export { mayTakeUp, type TakenUp, takeUp } from './take-up.ts';
export { listUsualDurations } from './usual-durations.ts';
export type { ClaimAnswered, ClaimAsked } from './waiter.ts';
export { startWaitingRoom, type WaitingRoom } from './waiting-room.ts';
export { holdWorker, letWorkerGo } from './worker-holds.ts';
export { registerWorker, signOffWorker } from './workers.ts';
