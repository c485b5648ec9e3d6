// Lines of a log that look like the reason of a failure, as the worker found them while the log was written.
import { type Static, Type } from 'typebox';
import { ClaimId, Count, StepIndex } from './basics.ts';

/** What repositories add to the built-in patterns; `error-patterns:` of `.signalbox.yml`. */
export const ErrorPatternSpec = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 60 }),
  contains: Type.Array(Type.String({ minLength: 3, maxLength: 100 }), {
    minItems: 1,
    maxItems: 20,
    description: 'The line holds one of these texts, as they stand.',
  }),
  matches: Type.Union([Type.String({ maxLength: 500 }), Type.Null()], {
    description: 'And it matches this regular expression of RE2; null: whatever else is in it.',
  }),
  ignore: Type.Boolean({ description: 'true: such a line is never an error line, whatever finds it.' }),
});
export type ErrorPatternSpec = Static<typeof ErrorPatternSpec>;

export const ErrorLine = Type.Object({
  step: StepIndex,
  line: Type.Integer({
    minimum: 1,
    maximum: Number.MAX_SAFE_INTEGER,
    description: 'Its number in the log of its step; the first is 1.',
  }),
  startByte: Type.Integer({
    minimum: 0,
    maximum: Number.MAX_SAFE_INTEGER,
    description: 'Where the line begins in the log of its step.',
  }),
  text: Type.String({ maxLength: 500, description: 'The line without colours and controls, cut at 500 characters.' }),
  pattern: Type.String({ maxLength: 60, description: 'The name of the pattern that found it.' }),
  fingerprint: Type.String({
    pattern: '^[0-9a-f]{16}$',
    description:
      'The same for lines that differ in times, directories, numbers, ids and durations only, in any run of any lane.',
  }),
});
export type ErrorLine = Static<typeof ErrorLine>;

/** From this line of a step on nobody has looked: there were `enough`, or looking had taken its `time`. */
export const ErrorLinesStop = Type.Object({
  step: StepIndex,
  line: Count,
  why: Type.Unsafe<'enough' | 'time'>(Type.Enum(['enough', 'time'], { type: 'string' })),
});
export type ErrorLinesStop = Static<typeof ErrorLinesStop>;

/**
 * The answer of `list-error-lines` (GET /api/v1/runs/:run/error-lines). Empty also for a run whose worker does not look for them
 * (older than this contract). While the run goes on it grows; the topic `run:ID` hints at that as it does at its log.
 */
export const ErrorLines = Type.Object({
  items: Type.Array(ErrorLine, {
    description:
      'In the order of steps and lines, at most as many as the server is set to keep (40). Each step with error lines keeps its first ones.',
  }),
  stopped: Type.Array(ErrorLinesStop),
});
export type ErrorLines = Static<typeof ErrorLines>;

/** What a worker found since it last said so (`report-error-lines`). A repeat changes nothing. */
export const ErrorLinesReport = Type.Object({
  claimId: ClaimId,
  items: Type.Array(ErrorLine, { maxItems: 200 }),
  stopped: Type.Array(ErrorLinesStop, { maxItems: 200 }),
});
export type ErrorLinesReport = Static<typeof ErrorLinesReport>;
