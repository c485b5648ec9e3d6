// Jobs that come through the API instead of a tree's configuration: what a caller may say of them.
import { type Static, Type } from 'typebox';
import { oneOf } from '../words.ts';
import { ClaimId, RowId } from './basics.ts';
import { JobAttributes, JobOrder, StepSpec } from './job.ts';
import { PoolName } from './worker.ts';

const JobName = Type.String({ minLength: 1, maxLength: 200, pattern: '^[^\\x00-\\x1f\\x7f]+$' });

const stepExtras = Type.Omit(StepSpec, ['script']);

export const JobSubmission = Type.Object({
  name: JobName,
  pool: Type.Optional(PoolName),
  needs: Type.Optional(Type.Array(JobName, { maxItems: 1000, uniqueItems: true })),
  steps: Type.Array(
    Type.Object({ script: Type.String({ maxLength: 65_536 }), ...Type.Partial(stepExtras).properties }),
    {
      maxItems: 100,
    },
  ),
  env: Type.Optional(Type.Record(Type.String(), Type.String())),
  checkout: Type.Optional(Type.Boolean({ default: true })),
  artifacts: Type.Optional(Type.Array(Type.String({ maxLength: 500 }), { maxItems: 100 })),
  secrets: Type.Optional(Type.Array(Type.String({ maxLength: 100 }), { maxItems: 100 })),
  timeoutSeconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 31_536_000, default: 3600 })),
  attempts: Type.Optional(Type.Integer({ minimum: 1, maximum: 20, default: 3 })),
  attributes: Type.Optional(Type.Partial(JobAttributes)),
  order: Type.Optional(Type.Partial(JobOrder)),
});
export type JobSubmission = Static<typeof JobSubmission>;

const Jobs = Type.Array(JobSubmission, { maxItems: 10_000 });

export const PipelineSubmission = Type.Object({
  requestId: ClaimId,
  cause: Type.Optional(oneOf(['api', 'try', 'nightly', 'release', 'backfill'], 'Decides its class in line.')),
  person: Type.Optional(
    Type.String({ maxLength: 200, description: 'On whose behalf: shares of try are between people.' }),
  ),
  jobs: Jobs,
  keepOpen: Type.Optional(
    Type.Boolean({ default: false, description: 'More jobs will be added; it ends only after `close-pipeline`.' }),
  ),
});
export type PipelineSubmission = Static<typeof PipelineSubmission>;

export const JobsAdded = Type.Object({ jobs: Jobs });
export const SubmittedJobs = Type.Object({
  pipelineId: RowId,
  jobs: Type.Array(Type.Object({ id: RowId, name: Type.String() })),
});
export type SubmittedJobs = Static<typeof SubmittedJobs>;
