// What is to be run, and how it went: job specifications, jobs, runs, steps, pipelines.
import { type Static, Type } from 'typebox';
import { Cause, JobState, oneOf, Reason, StepState, Verdict } from '../words.ts';
import { Instant, RowId } from './basics.ts';
import { ErrorPatternSpec } from './error-lines.ts';
import { ResultSpec } from './results.ts';

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

/** Artifacts of a job that this one needs. */
export const DownloadSpec = Type.Object({
  job: Type.String({ description: 'The lane that left them, in the same pipeline.' }),
  artifacts: Type.Array(Type.String(), { maxItems: 1000, description: 'Patterns; each must match a file.' }),
  into: Type.String({ description: 'Directory below the checkout; empty for the checkout itself.' }),
});
export type DownloadSpec = Static<typeof DownloadSpec>;

/** What a worker needs to know of a job that does not depend on the push. Stored with the job. */
export const JobSpec = Type.Object({
  steps: Type.Array(StepSpec),
  env: Type.Record(Type.String(), Type.String()),
  checkout: Type.Boolean({ description: 'false: the run starts in an empty directory.' }),
  artifacts: Type.Array(Type.String(), { description: 'Glob patterns, relative to the checkout.' }),
  secrets: Type.Array(Type.String(), { description: 'Names of secrets that the job asks for.' }),
  timeoutSeconds: Type.Integer({ minimum: 1, description: 'Limit of the whole run.' }),
  errorPatterns: Type.Optional(
    Type.Array(ErrorPatternSpec, { maxItems: 50, description: 'What its repository counts as an error line, too.' }),
  ),
  downloads: Type.Optional(
    Type.Array(DownloadSpec, { maxItems: 1000, description: 'What lies in the checkout before the first step.' }),
  ),
  results: Type.Optional(
    Type.Array(ResultSpec, { maxItems: 1000, description: 'Files that are kept and read as test results.' }),
  ),
});
export type JobSpec = Static<typeof JobSpec>;

/** What the grid and people sort lanes by. */
export const JobAttributes = Type.Object({
  template: Type.String({ description: 'The key under `jobs:` that made it.' }),
  platform: Type.Union([Type.String(), Type.Null()]),
  variant: Type.Union([Type.String(), Type.Null()]),
  group: Type.Union([Type.String(), Type.Null()]),
  symbol: Type.String({ description: 'One to four characters for the grid.' }),
  suite: Type.Optional(Type.String({ description: 'What it runs, as try syntax names it.' })),
  chunk: Type.Optional(
    Type.Object(
      { number: Type.Integer({ minimum: 1 }), of: Type.Integer({ minimum: 2 }) },
      { description: 'Which part of a job that is cut into several.' },
    ),
  ),
  tier: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 3, description: 'How much a failure matters; 1 if absent.' }),
  ),
  beside: Type.Optional(
    Type.Object(
      {
        lane: Type.String(),
        platform: Type.Union([Type.String(), Type.Null()]),
        variant: Type.Union([Type.String(), Type.Null()]),
      },
      { description: 'The job of the same pipeline beside whose files its log and artifacts lie.' },
    ),
  ),
  required: Type.Optional(Type.Boolean({ description: 'The green line of its branch wants it passed.' })),
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

/** What of a job decides when it runs. */
export const JobOrder = Type.Object({
  priority: Type.Integer({ minimum: -100, maximum: 100, description: 'Higher comes first; 0 is usual.' }),
  coalesce: Type.Integer({
    minimum: 0,
    maximum: 1000,
    description: 'How many older ready jobs of its lane it may absorb in all; 0 = it neither absorbs nor is absorbed.',
  }),
  concurrencyGroup: Type.Union([Type.String({ minLength: 1, maxLength: 200 }), Type.Null()], {
    description: 'Only so many jobs of the group at once; the limit is on the group.',
  }),
  gate: Type.Union([Type.String({ minLength: 1, maxLength: 500 }), Type.Null()], {
    description: 'It runs nothing: it waits until a person answers this question.',
  }),
  delaySeconds: Type.Integer({
    minimum: 0,
    maximum: 31_536_000,
    description: 'From the moment at which nothing is missing any more.',
  }),
  notBefore: Type.Union([Instant, Type.Null()]),
});
export type JobOrder = Static<typeof JobOrder>;

export const JobBrief = Type.Object({
  id: RowId,
  pipelineId: RowId,
  name: Type.String(),
  pool: Type.String(),
  attributes: JobAttributes,
  state: JobState,
  verdict: Type.Union([Verdict, Type.Null()]),
  reason: Type.Union([Reason, Type.Null()]),
  priority: Type.Integer(),
  gate: Type.Union([Type.String(), Type.Null()], { description: 'What a person is asked, if it is a gate.' }),
  coalescedInto: Type.Union([RowId, Type.Null()], { description: 'The job that ran in its place.' }),
  runCount: Type.Integer({ description: 'Attempts so far.' }),
  createdAt: Instant,
  readyAt: Type.Union([Instant, Type.Null()]),
  startedAt: Type.Union([Instant, Type.Null()]),
  finishedAt: Type.Union([Instant, Type.Null()]),
});
export type JobBrief = Static<typeof JobBrief>;

export const blockerKinds = [
  'need',
  'gate',
  'concurrency-group',
  'no-worker-ever',
  'worker-offline',
  'workers-held',
  'capacity',
  'cheaper-worker',
  'errored-there',
  'retry-backoff',
  'scheduled-for',
  'pool-paused',
  'lane-paused',
  'tree-closed',
  'disk-full',
] as const;
export const outlooks = ['be-patient', 'someone-must-act', 'will-never-run'] as const;
export const Outlook = oneOf(
  outlooks,
  'be-patient: it comes by itself. someone-must-act: a person has to do something. will-never-run: as things are, never.',
);
export type Outlook = (typeof outlooks)[number];

/** One thing that keeps a job from running, computed when asked. */
export const Blocker = Type.Object({
  kind: oneOf(blockerKinds, ''),
  outlook: Outlook,
  what: Type.String({ description: 'One sentence.' }),
  since: Type.Union([Instant, Type.Null()]),
  who: Type.Union([Type.String(), Type.Null()], { description: 'Who did it, or who can lift it.' }),
  cure: Type.Union([Type.String(), Type.Null()], { description: 'What can be done about it.' }),
  jobId: Type.Union([RowId, Type.Null()], { description: 'The job waited for, if it is one.' }),
});
export type Blocker = Static<typeof Blocker>;

/** Why a job does not run, and when it may: evaluated at the moment of asking by the rules that decide. */
export const Explanation = Type.Object({
  jobId: RowId,
  state: JobState,
  at: Instant,
  outlook: Type.Union([Outlook, Type.Null()], {
    description: 'The worst of its blockers; null when nothing blocks it.',
  }),
  blockers: Type.Array(Blocker, { description: 'Empty: it runs, has ended, or the next worker that asks gets it.' }),
  place: Type.Union(
    [
      Type.Object({
        pool: Type.String(),
        ahead: Type.Integer({ description: 'Ready jobs of the pool that come before it now; counted up to 10,000.' }),
        ready: Type.Integer({ description: 'Ready jobs of the pool; counted up to 10,000.' }),
        rank: Instant,
        why: Type.Array(Type.String(), { description: 'What its place is made of, a sentence each.' }),
        medianWaitSeconds: Type.Union([Type.Number(), Type.Null()], {
          description: 'Of the runs that this pool began in the last hour.',
        }),
        startsAt: Type.Union([Type.Object({ earliest: Instant, likely: Instant }), Type.Null()], {
          description:
            'Estimated from usual durations of the lanes that run and wait before it; null when nobody can know.',
        }),
      }),
      Type.Null(),
    ],
    { description: 'Its place in line; null unless it is ready.' },
  ),
});
export type Explanation = Static<typeof Explanation>;

export const LeftOut = Type.Object({
  name: Type.String({ description: 'The job that would have been.' }),
  kind: oneOf(['branch', 'unchanged', 'need-left-out', 'dontbuild', 'cause', 'condition'], ''),
  reason: Type.String({ description: 'One sentence.' }),
  file: Type.Optional(Type.String({ description: 'The file that decides it; none in what older servers recorded.' })),
  line: Type.Integer({ description: 'Where in the file it is decided.' }),
});
export type LeftOut = Static<typeof LeftOut>;

export const Mistake = Type.Object({
  file: Type.String(),
  line: Type.Integer({ minimum: 1 }),
  column: Type.Integer({ minimum: 1 }),
  message: Type.String({ description: 'What is wrong.' }),
  hint: Type.Union([Type.String(), Type.Null()], { description: 'What was meant, or what to do.' }),
  excerpt: Type.String({ description: 'The line itself.' }),
  rule: Type.Optional(Type.String({ description: 'A word for the kind of mistake, for programs.' })),
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
  warnings: Type.Array(Mistake, { description: 'What its plan was warned of: it runs, but maybe not as meant.' }),
});
export type Pipeline = Static<typeof Pipeline>;
