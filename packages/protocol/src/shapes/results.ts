// Test results as they are asked for, told and listed: files of results, cases, findings of analyses, and how a case went before.
import { type Static, Type } from 'typebox';
import { oneOf } from '../words.ts';
import { Count, Instant, page, RowId } from './basics.ts';

export const resultFormatNames = ['junit', 'tap', 'go-test', 'node-spec', 'sarif'] as const;
export type ResultFormatName = (typeof resultFormatNames)[number];

/** `results:` of a job: what is read as results when its steps have ended. */
export const ResultSpec = Type.Object({
  files: Type.String({ maxLength: 200, description: 'Glob pattern, relative to the checkout.' }),
  format: Type.Union([oneOf(resultFormatNames, ''), Type.Null()], {
    description: 'null: what the name or the beginning of the file says.',
  }),
});
export type ResultSpec = Static<typeof ResultSpec>;

/** Said with an artifact that is a file of results; `auto`: the server finds its format. */
export const ResultsAsked = oneOf([...resultFormatNames, 'auto'] as const, 'What the artifact is to be read as.');

export const caseStates = ['failed', 'errored', 'flaky', 'skipped', 'passed'] as const;
export const CaseState = oneOf(
  caseStates,
  'flaky: it failed and then passed, in one run. errored: it could not be run to an answer.',
);
export type CaseState = (typeof caseStates)[number];
export const findingLevels = ['error', 'warning', 'note', 'none'] as const;
export const FindingLevel = oneOf(findingLevels, '');
export type FindingLevel = (typeof findingLevels)[number];

const textOrNull = Type.Union([Type.String(), Type.Null()]);
const DurationMs = Type.Union([Type.Number({ minimum: 0 }), Type.Null()]);

export const ResultFile = Type.Object({
  path: Type.String({ description: 'It is an artifact of the run, under this path.' }),
  format: Type.Union([oneOf(resultFormatNames, ''), Type.Null()], { description: 'null: not known (yet).' }),
  state: oneOf(['waiting', 'read', 'unreadable'] as const, 'waiting: it will be read in a moment.'),
  why: Type.Union([Type.String(), Type.Null()], { description: 'Why it is unreadable, and what helps.' }),
  cases: Count,
  findings: Count,
  leftOut: Type.Integer({ description: 'Cases and findings beyond the limit of one file: counted, but not listed.' }),
  notes: Type.Array(Type.Object({ line: Count, text: Type.String() }), { description: 'What was wrong in it.' }),
});
export type ResultFile = Static<typeof ResultFile>;

export const CaseCounts = Type.Object({
  failed: Count,
  errored: Count,
  flaky: Count,
  skipped: Count,
  passed: Count,
});
export type CaseCounts = Static<typeof CaseCounts>;
export const FindingCounts = Type.Object({ error: Count, warning: Count, note: Count, none: Count });
export type FindingCounts = Static<typeof FindingCounts>;

export const CaseResult = Type.Object({
  caseId: Type.Integer({ minimum: 1, description: 'The same for this suite and name in all runs of the repository.' }),
  suite: Type.String({ description: 'Its class, package, file or group; empty where the format names none.' }),
  name: Type.String(),
  sourceFile: textOrNull,
  state: CaseState,
  durationMs: DurationMs,
  message: Type.Union([Type.String(), Type.Null()], { description: 'Why it is not passed. Text from outside.' }),
  output: Type.Union([Type.String(), Type.Null()], { description: 'Head and tail of what it printed.' }),
  path: Type.String({ description: 'The file of results that told it.' }),
});
export type CaseResult = Static<typeof CaseResult>;

/** Of a run; those that are not passed first. The topic `run:ID` hints when a file was read. */
export const RunResults = Type.Object({
  ...page(CaseResult).properties,
  counts: CaseCounts,
  findings: FindingCounts,
  files: Type.Array(ResultFile, { description: 'Those that could not be read first; 1,000 at most.' }),
});
export type RunResults = Static<typeof RunResults>;

export const FindingResult = Type.Object({
  rule: Type.String(),
  level: FindingLevel,
  sourceFile: textOrNull,
  line: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()]),
  message: Type.String(),
  path: Type.String({ description: 'The file of results that told it.' }),
});
export type FindingResult = Static<typeof FindingResult>;
export const FindingPage = page(FindingResult);

export const CaseHistory = Type.Object({
  suite: Type.String(),
  name: Type.String(),
  items: Type.Array(
    Type.Object({
      runId: RowId,
      jobId: RowId,
      attempt: Type.Integer({ minimum: 1 }),
      revision: Type.String(),
      endedAt: Type.Union([Instant, Type.Null()]),
      state: CaseState,
      durationMs: DurationMs,
      message: textOrNull,
    }),
    { description: 'Runs of the lane that told of the case, newest first.' },
  ),
});
export type CaseHistory = Static<typeof CaseHistory>;
