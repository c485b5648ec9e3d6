// What is to be run, and how it went: job specifications, jobs, runs, steps, pipelines.
import { type Static, Type } from 'typebox';
import { Cause, JobState, oneOf, Reason, StepState, Verdict } from '../words.ts';
import { Instant, RowId } from './basics.ts';

export const StepSpec = Type.Object({
  name: Type.String(),
  script: Type.String({ description: 'Handed to the shell as it stands.' }),
  shell: Type.String({ description: 'sh, bash, pwsh, cmd or node.' }),
  always: Type.Boolean({ description: 'Runs also after a step before it failed.' }),
  mayFail: Type.Boolean({ description: 'Its failure does not fail the job.' }),
  timeoutSeconds: Type.Integer({ minimum: 1 }),
  silentSeconds: Type.Integer({ minimum: 1, description: 'Longest time without output.' }),
});
export type StepSpec = Static<typeof StepSpec>;

/** What a worker needs to know of a job that does not depend on the push. Stored with the job. */
export const JobSpec = Type.Object({
  steps: Type.Array(StepSpec),
  env: Type.Record(Type.String(), Type.String()),
  checkout: Type.Boolean({ description: 'false: the run starts in an empty directory.' }),
  artifacts: Type.Array(Type.String(), { description: 'Glob patterns, relative to the checkout.' }),
  secrets: Type.Array(Type.String(), { description: 'Names of secrets that the job asks for.' }),
  timeoutSeconds: Type.Integer({ minimum: 1, description: 'Limit of the whole run.' }),
});
export type JobSpec = Static<typeof JobSpec>;

/** What the grid and people sort lanes by. */
export const JobAttributes = Type.Object({
  template: Type.String({ description: 'The key under `jobs:` that made it.' }),
  platform: Type.Union([Type.String(), Type.Null()]),
  variant: Type.Union([Type.String(), Type.Null()]),
  group: Type.Union([Type.String(), Type.Null()]),
  symbol: Type.String({ description: 'One to four characters for the grid.' }),
});
export type JobAttributes = Static<typeof JobAttributes>;

export const Step = Type.Object({
  index: Type.Integer({ minimum: 0, description: '0 is the set-up made by the worker.' }),
  name: Type.String(),
  state: StepState,
  exitCode: Type.Union([Type.Integer(), Type.Null()]),
  startedAt: Type.Union([Instant, Type.Null()]),
  endedAt: Type.Union([Instant, Type.Null()]),
});
export type Step = Static<typeof Step>;

export const Run = Type.Object({
  id: RowId,
  jobId: RowId,
  attempt: Type.Integer({ minimum: 1 }),
  worker: Type.String(),
  claimedAt: Instant,
  startedAt: Type.Union([Instant, Type.Null()], { description: "The worker's first word of it." }),
  endedAt: Type.Union([Instant, Type.Null()]),
  silentSince: Type.Union([Instant, Type.Null()], { description: 'Set while its worker is overdue.' }),
  verdict: Type.Union([Verdict, Type.Null()]),
  reason: Type.Union([Reason, Type.Null()]),
  steps: Type.Array(Step),
});
export type Run = Static<typeof Run>;

export const JobBrief = Type.Object({
  id: RowId,
  pipelineId: RowId,
  name: Type.String(),
  pool: Type.String(),
  attributes: JobAttributes,
  state: JobState,
  verdict: Type.Union([Verdict, Type.Null()]),
  reason: Type.Union([Reason, Type.Null()]),
  runCount: Type.Integer({ description: 'Attempts so far.' }),
  createdAt: Instant,
  readyAt: Type.Union([Instant, Type.Null()]),
  startedAt: Type.Union([Instant, Type.Null()]),
  finishedAt: Type.Union([Instant, Type.Null()]),
});
export type JobBrief = Static<typeof JobBrief>;

/** One thing that keeps a job from running, computed when asked. */
export const Blocker = Type.Object({
  kind: oneOf(['need', 'no-worker-ever', 'worker-offline', 'capacity', 'retry-backoff'], ''),
  outlook: oneOf(['be-patient', 'someone-must-act', 'will-never-run'], ''),
  what: Type.String({ description: 'One sentence.' }),
  since: Type.Union([Instant, Type.Null()]),
  cure: Type.Union([Type.String(), Type.Null()], { description: 'Who can do what about it.' }),
  jobId: Type.Union([RowId, Type.Null()], { description: 'The job waited for, if it is one.' }),
});
export type Blocker = Static<typeof Blocker>;

export const LeftOut = Type.Object({
  name: Type.String({ description: 'The job that would have been.' }),
  kind: oneOf(['branch', 'unchanged', 'need-left-out', 'dontbuild', 'cause'], ''),
  reason: Type.String({ description: 'One sentence.' }),
  line: Type.Integer({ description: 'Where in the configuration it is decided.' }),
});
export type LeftOut = Static<typeof LeftOut>;

export const Mistake = Type.Object({
  file: Type.String(),
  line: Type.Integer({ minimum: 1 }),
  column: Type.Integer({ minimum: 1 }),
  message: Type.String({ description: 'What is wrong.' }),
  hint: Type.Union([Type.String(), Type.Null()], { description: 'What was meant, or what to do.' }),
  excerpt: Type.String({ description: 'The line itself.' }),
});
export type Mistake = Static<typeof Mistake>;

/** Why a pipeline has no jobs though it was asked for. */
export const PipelineProblem = Type.Union([
  Type.Object({
    kind: Type.Literal('no-configuration'),
    starter: Type.String({ description: 'A file to begin with.' }),
  }),
  Type.Object({ kind: Type.Literal('mistakes'), mistakes: Type.Array(Mistake) }),
]);
export type PipelineProblem = Static<typeof PipelineProblem>;

export const Pipeline = Type.Object({
  id: RowId,
  pushId: RowId,
  cause: Cause,
  buildId: Type.String({ pattern: '^[0-9]{14}$', description: 'YYYYMMDDhhmmss in UTC, unique, only growing.' }),
  createdAt: Instant,
  finishedAt: Type.Union([Instant, Type.Null()]),
  verdict: Type.Union([Verdict, Type.Null()]),
  problem: Type.Union([PipelineProblem, Type.Null()]),
  leftOut: Type.Array(LeftOut),
});
export type Pipeline = Static<typeof Pipeline>;
