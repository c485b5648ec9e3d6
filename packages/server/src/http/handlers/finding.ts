// What points at the reason of a failure in a log: the error lines that its worker found, and how it differs from a green one.
import { type LogComparison, Refused } from '@signalbox/protocol';
import type { Db, Live } from '../../base/index.ts';
import type { TakeUpRuns } from '../../flow/take-up.ts';
import {
  type ArchiveStore,
  type ComparePlace,
  compareLogs,
  keepErrorLines,
  type LogDifferenceFound,
  listErrorLines,
  type RecordLimits,
} from '../../record/index.ts';
import { goneSignal, type Handlers } from '../handler.ts';
import { findGreen, type Green, readToCompare } from '../views/green-run.ts';

export type FindingParts = {
  readonly db: Db;
  readonly live: Live;
  readonly store: ArchiveStore;
  readonly recordLimits: RecordLimits;
  readonly takeUp: TakeUpRuns;
};

type Ids = 'list-error-lines' | 'report-error-lines' | 'compare-log';

export function findingHandlers(parts: FindingParts): Handlers<Ids> {
  const { db, live, store, recordLimits, takeUp } = parts;
  let comparisons = 0;
  return {
    'list-error-lines': ({ params }) => listErrorLines(db, params.run, recordLimits),
    async 'report-error-lines'({ params, body }) {
      const hold = { runId: params.run, claimId: body.claimId };
      await takeUp.orAgain(hold, () => keepErrorLines(db, hold, body, recordLimits));
      live.hint(`run:${params.run}`);
      return {};
    },
    async 'compare-log'({ params, query, reply }) {
      if (comparisons >= recordLimits.comparisons) {
        throw new Refused('too-many', `${comparisons} comparisons of logs are under way here. Try again in a moment.`);
      }
      comparisons++;
      try {
        const here = await readToCompare(db, params.run);
        const start = query.cursor === undefined ? undefined : startOf(query.cursor);
        const green = start?.green ?? (query.with ? ({ runId: query.with, chosen: 'asked' } as const) : null);
        const chosen = green ?? (await findGreen(db, params.run));
        if (!chosen) return withoutGreen(here.run, recordLimits);
        const there = await readToCompare(db, chosen.runId);
        const compared = await compareLogs(
          db,
          store,
          [
            { runId: here.run.runId, steps: here.steps },
            { runId: there.run.runId, steps: there.steps },
          ],
          { from: start?.place, limit: query.limit ?? 50 },
          recordLimits,
          goneSignal(reply),
        );
        return {
          run: here.run,
          green: there.run,
          chosen: chosen.chosen,
          differences: compared.differences.map(shapeOf),
          more: compared.more && cursorOf(chosen, compared.more),
          comparedBytes: compared.comparedBytes,
          comparedLines: compared.comparedLines,
          windowLines: recordLimits.compareLines,
        };
      } finally {
        comparisons--;
      }
    },
  };
}

function withoutGreen(run: LogComparison['run'], { compareLines }: RecordLimits): LogComparison {
  const nothing = { differences: [], more: null, comparedBytes: 0, comparedLines: 0 };
  return { run, green: null, chosen: null, ...nothing, windowLines: compareLines };
}

function shapeOf(difference: LogDifferenceFound): LogComparison['differences'][number] {
  if (difference.kind === 'lines') return { ...difference, before: [...difference.before] };
  return { ...difference, line: 1, thereLine: 1, before: [], here: [], there: [], moved: false };
}

const ways = ['before', 'branch', 'elsewhere', 'asked'] as const;

/** It names the other run too: meanwhile another may have passed. */
const cursorOf = ({ runId, chosen }: Green, { pair, here, there }: ComparePlace): string =>
  [runId, ways.indexOf(chosen), pair, here.line, here.byte, there.line, there.byte].join('.');

/** @throws Refused bad-request */
function startOf(cursor: string): { green: Green; place: ComparePlace } {
  const numbers = /^\d{1,15}(\.\d{1,15}){6}$/.test(cursor) ? cursor.split('.').map(Number) : [];
  const [runId = 0, way = -1, pair = 0, line = 0, byte = 0, thereLine = 0, thereByte = 0] = numbers;
  const chosen = ways[way];
  if (!chosen || runId < 1 || line < 1 || thereLine < 1) {
    throw new Refused('bad-request', `"${cursor}" is no cursor: give back \`more\` of the answer before.`);
  }
  return {
    green: { runId, chosen },
    place: { pair, here: { line, byte }, there: { line: thereLine, byte: thereByte } },
  };
}
