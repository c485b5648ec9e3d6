// The closed word lists of Signalbox: states, verdicts, reasons, scopes. GLOSSARY.md says what each word means.
import { Type } from 'typebox';

const oneOf = <const Words extends readonly string[]>(words: Words, description: string) =>
  Type.Unsafe<Words[number]>(Type.Enum([...words], { type: 'string', description }));

export const verdicts = ['passed', 'failed', 'errored', 'cancelled', 'skipped'] as const;
export type Verdict = (typeof verdicts)[number];
export const Verdict = oneOf(
  verdicts,
  "How a job, a run or a pipeline ended. `errored` is not the code's fault and may be retried by itself.",
);

/** `waiting`: for needs. `held`: for a gate or a place in a concurrency group. `ready`: a worker may claim it now. */
export const jobStates = ['waiting', 'held', 'ready', 'running', 'done'] as const;
export type JobState = (typeof jobStates)[number];
export const JobState = oneOf(jobStates, 'Where a job stands.');

export const stepStates = ['waiting', 'running', 'passed', 'failed', 'errored', 'cancelled', 'skipped'] as const;
export type StepState = (typeof stepStates)[number];
export const StepState = oneOf(stepStates, 'Where a step stands.');

export const causes = ['push', 'manual', 'api', 'try', 'nightly', 'release', 'backfill'] as const;
export type Cause = (typeof causes)[number];
export const Cause = oneOf(causes, 'Why a pipeline exists.');

/** Why something ended as it did. The text beside it is for the person who must act. */
export const reasonCodes = [
  'all-steps-passed',
  'step-failed',
  'step-timed-out',
  'step-silent',
  'job-timed-out',
  'artifact-missing',
  'checkout-failed',
  'secret-missing',
  'worker-lost',
  'worker-stopped',
  'worker-failed',
  'disk-full',
  'need-failed',
  'coalesced',
  'approved',
  'rejected',
  'cancelled-by-person',
  'pipeline-cancelled',
] as const;
export type ReasonCode = (typeof reasonCodes)[number];
export const Reason = Type.Object(
  {
    code: oneOf(reasonCodes, 'A stable code for programs.'),
    text: Type.String({ description: 'One sentence for people.' }),
  },
  { description: 'Why something ended as it did.' },
);
export type Reason = { code: ReasonCode; text: string };

/** What a token may do. `public` needs none and is for health checks and the pages' own files only. */
export const scopes = ['read', 'push', 'submit', 'act', 'approve', 'order', 'admin', 'work'] as const;
export type Scope = (typeof scopes)[number];
export const Scope = oneOf(
  scopes,
  'read: see everything. push: report pushes. submit: add jobs of one’s own. act: cancel, rerun, raise. approve: answer gates. order: pause, hold workers, set limits. admin: repositories, tokens, secrets. work: take runs.',
);

export { oneOf };
