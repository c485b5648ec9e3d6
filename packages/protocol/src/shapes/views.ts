// What the pages and the command line show: shapes that join several rooms for reading.
import { type Static, Type } from 'typebox';
import { Scope } from '../words.ts';
import { Instant, RowId } from './basics.ts';
import { Blocker, JobBrief, JobSpec, Pipeline, Run } from './job.ts';
import { Keeping } from './keeping.ts';
import { Branch, Push, Repo } from './source.ts';

export const PipelineWithJobs = Type.Object({ pipeline: Pipeline, jobs: Type.Array(JobBrief) });
export type PipelineWithJobs = Static<typeof PipelineWithJobs>;

/** A push with all that came of it. */
export const PushDetail = Type.Object({ push: Push, pipelines: Type.Array(PipelineWithJobs) });
export type PushDetail = Static<typeof PushDetail>;

/** The home page: pushes down, newest first; platforms and jobs across. */
export const Grid = Type.Object({
  repo: Repo,
  branches: Type.Array(Branch),
  rows: Type.Array(PushDetail),
  next: Type.Union([Type.String(), Type.Null()]),
});
export type Grid = Static<typeof Grid>;

export const Artifact = Type.Object({
  path: Type.String({ description: 'Relative to the checkout, with forward slashes.' }),
  sizeBytes: Type.Integer(),
  sha256: Type.String(),
  href: Type.String(),
});
export type Artifact = Static<typeof Artifact>;

export const StepLog = Type.Object({
  step: Type.Integer(),
  sizeBytes: Type.Integer({ description: 'Uncompressed bytes that are here.' }),
  lines: Type.Integer(),
});
export type StepLog = Static<typeof StepLog>;

export const RunDetail = Type.Object({
  run: Run,
  logs: Type.Array(StepLog),
  logState: Type.Unsafe<'open' | 'arriving' | 'sealed'>(
    Type.Enum(['open', 'arriving', 'sealed'], {
      type: 'string',
      description: 'arriving: the run ended, its log is still on its way. sealed: it lies in the archive.',
    }),
  ),
  artifacts: Type.Array(Artifact),
  archiveHref: Type.Union([Type.String(), Type.Null()], { description: 'The directory that holds log and artifacts.' }),
  keeping: Type.Optional(Type.Array(Keeping, { description: 'How long they stay; none of a kind that is not there.' })),
});
export type RunDetail = Static<typeof RunDetail>;

export const JobDetail = Type.Object({
  job: JobBrief,
  spec: JobSpec,
  pipeline: Pipeline,
  push: Push,
  needs: Type.Array(JobBrief),
  neededBy: Type.Array(JobBrief),
  runs: Type.Array(RunDetail, { description: 'Newest first.' }),
  blockers: Type.Array(Blocker, {
    description: 'Why it does not run now, computed at this moment; empty when it may.',
  }),
  history: Type.Array(
    Type.Object({
      jobId: RowId,
      pushId: RowId,
      state: Type.String(),
      verdict: Type.Union([Type.String(), Type.Null()]),
    }),
    { description: 'The same lane at earlier pushes, newest first, at most 20.' },
  ),
});
export type JobDetail = Static<typeof JobDetail>;

export const tokenKinds = ['person', 'worker'] as const;
export const Token = Type.Object({
  id: RowId,
  kind: Type.Unsafe<'person' | 'worker'>(Type.Enum([...tokenKinds], { type: 'string' })),
  name: Type.String(),
  prefix: Type.String({ description: 'The first characters, to tell tokens apart.' }),
  scopes: Type.Array(Scope),
  pools: Type.Array(Type.String(), { description: 'Pools that a worker with it may serve; empty = any.' }),
  createdAt: Instant,
  expiresAt: Type.Union([Instant, Type.Null()]),
  lastUsedAt: Type.Union([Instant, Type.Null()]),
  revokedAt: Type.Union([Instant, Type.Null()]),
});
export type Token = Static<typeof Token>;

export const Session = Type.Object({
  login: Type.Unsafe<'none' | 'token'>(
    Type.Enum(['none', 'token'], {
      type: 'string',
      description: 'none: this server serves one machine, without log-in.',
    }),
  ),
  name: Type.Union([Type.String(), Type.Null()], { description: 'Who asks; null when nobody is logged in.' }),
  scopes: Type.Array(Scope),
  version: Type.String(),
});
export type Session = Static<typeof Session>;
