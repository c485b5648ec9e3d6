// How the log of a run differs from that of another, mostly the last of its lane that passed.
import { type Static, Type } from 'typebox';
import { oneOf, Verdict } from '../words.ts';
import { Count, Instant, RowId } from './basics.ts';

export const ComparedRun = Type.Object({
  runId: RowId,
  jobId: RowId,
  attempt: Type.Integer(),
  lane: Type.String(),
  branch: Type.String(),
  pushId: RowId,
  revision: Type.Union([Type.String(), Type.Null()]),
  verdict: Type.Union([Verdict, Type.Null()]),
  endedAt: Type.Union([Instant, Type.Null()]),
});
export type ComparedRun = Static<typeof ComparedRun>;

const shown = (description: string) => Type.Array(Type.String(), { description });

/** A place where the two logs part, up to where they meet again. */
export const LogDifference = Type.Object({
  kind: oneOf(
    ['lines', 'step'],
    'lines: these lines stand for those. step: only one of the two runs has such a step, or such a log; no lines are shown.',
  ),
  stepName: Type.String(),
  step: Type.Union([Type.Integer(), Type.Null()], { description: 'Of this run; null: it has no such step.' }),
  thereStep: Type.Union([Type.Integer(), Type.Null()], { description: 'Of the green run.' }),
  line: Type.Integer({
    description: 'The first line here that differs, or before which lines are missing. The first of a log is 1.',
  }),
  lines: Type.Integer({ description: 'How many differ here; 0: lines are missing here.' }),
  thereLine: Type.Integer(),
  thereLines: Type.Integer(),
  before: shown('The last lines before it that are the same in both, as they stand here: at most three.'),
  here: shown('The lines as they stand here, without colours; the first of them if they are many.'),
  there: shown('Those of the green run.'),
  moved: Type.Boolean({
    description:
      'Each of these lines stands near by in the other log too: the order has changed, as of commands that ran at once.',
  }),
});
export type LogDifference = Static<typeof LogDifference>;

/**
 * The answer of `compare-log` (GET /api/v1/runs/:run/log/compare): step by step, in the order of this run, so that the first
 * difference that is not `moved` is the first divergence. Lines count as the same when they differ in times, directories,
 * numbers, ids and durations only.
 */
export const LogComparison = Type.Object({
  run: ComparedRun,
  green: Type.Union([ComparedRun, Type.Null()], {
    description: 'What it is compared with; null: no run of this lane has passed and still has its log.',
  }),
  chosen: Type.Union(
    [
      oneOf(
        ['before', 'branch', 'elsewhere', 'asked'],
        'Why that run: the last passed one of the lane before this push; one of the branch after it; one on another branch; the one that was asked for.',
      ),
      Type.Null(),
    ],
    {},
  ),
  differences: Type.Array(LogDifference, { description: 'In the order of steps and lines of this run.' }),
  more: Type.Union([Type.String(), Type.Null()], {
    description:
      'It stopped, for there were enough or its time was over: give it back as `?cursor=` to go on. null: all that is here was compared.',
  }),
  comparedBytes: Count,
  comparedLines: Count,
  windowLines: Type.Integer({
    description:
      'How far the two logs are looked through for the place where they meet again. Longer differences come in several parts.',
  }),
});
export type LogComparison = Static<typeof LogComparison>;
