// What points at the reason of a failure in a log: the error lines that its worker found.
import type { Db, Live } from '../../base/index.ts';
import type { TakeUpRuns } from '../../flow/take-up.ts';
import { keepErrorLines, listErrorLines, type RecordLimits } from '../../record/index.ts';
import type { Handlers } from '../handler.ts';

export type FindingParts = {
  readonly db: Db;
  readonly live: Live;
  readonly recordLimits: RecordLimits;
  readonly takeUp: TakeUpRuns;
};

export function findingHandlers(parts: FindingParts): Handlers<'list-error-lines' | 'report-error-lines'> {
  const { db, live, recordLimits, takeUp } = parts;
  return {
    'list-error-lines': ({ params }) => listErrorLines(db, params.run, recordLimits),
    async 'report-error-lines'({ params, body }) {
      const hold = { runId: params.run, claimId: body.claimId };
      await takeUp.orAgain(hold, () => keepErrorLines(db, hold, body, recordLimits));
      live.hint(`run:${params.run}`);
      return {};
    },
  };
}
