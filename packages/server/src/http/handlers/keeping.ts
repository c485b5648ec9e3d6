// How long the archive keeps files: rules, pins, purges, and the audit that notes them.
import { audit, readAudit } from '../../access/index.ts';
import type { Db, Live } from '../../base/index.ts';
import { purgeArchive } from '../../flow/purge-archive.ts';
import {
  type ArchiveStore,
  listPins,
  listRetention,
  pin,
  planPurge,
  type RecordLimits,
  removeRetention,
  setRetention,
  unpin,
} from '../../record/index.ts';
import { cursorOf } from '../cursor.ts';
import type { Handlers } from '../handler.ts';

type Ids =
  | 'list-audit'
  | 'list-pins'
  | 'pin'
  | 'unpin'
  | 'list-retention'
  | 'set-retention'
  | 'remove-retention'
  | 'plan-purge'
  | 'purge';

export type KeepingParts = {
  readonly db: Db;
  readonly live: Live;
  readonly store: ArchiveStore;
  readonly recordLimits: RecordLimits;
};

export function keepingHandlers({ db, live, store, recordLimits: { historySeconds } }: KeepingParts): Handlers<Ids> {
  return {
    'list-audit': ({ query }) =>
      readAudit(db, {
        actor: query.actor ?? null,
        action: query.action ?? null,
        before: cursorOf(query.cursor),
        limit: query.limit ?? 100,
      }),
    'list-pins': async () => ({ items: await listPins(db) }),
    async pin({ body, caller }) {
      const made = await db.transaction(async (tx) => {
        const pinned = await pin(tx, body, caller.name);
        await audit(tx, caller.name, 'pin.set', subjectOf(pinned), { reason: pinned.reason, until: pinned.until });
        return pinned;
      });
      hint(made);
      return made;
    },
    async unpin({ params, caller }) {
      const gone = await db.transaction(async (tx) => {
        const unpinned = await unpin(tx, params.pin);
        if (unpinned) await audit(tx, caller.name, 'pin.remove', subjectOf(unpinned), { reason: unpinned.reason });
        return unpinned;
      });
      if (gone) hint(gone);
      return {};
    },
    'list-retention': async () => ({ items: await listRetention(db) }),
    'set-retention': ({ body, caller }) =>
      db.transaction(async (tx) => {
        const rule = await setRetention(tx, body, caller.name);
        await audit(tx, caller.name, 'retention.set', ruleText(rule), { days: rule.days });
        return rule;
      }),
    'remove-retention': ({ params, caller }) =>
      db.transaction(async (tx) => {
        const rule = await removeRetention(tx, params.rule);
        if (rule) await audit(tx, caller.name, 'retention.remove', ruleText(rule), { days: rule.days });
        return {};
      }),
    'plan-purge': () => planPurge(db, historySeconds),
    purge: ({ caller }) => purgeArchive(db, store, historySeconds, caller.name),
  };

  function hint({ job, pipeline }: { job: number | null; pipeline: number | null }): void {
    if (job !== null) live.hint(`job:${job}`);
    if (pipeline !== null) live.hint(`pipeline:${pipeline}`);
  }
}

const subjectOf = ({ kind, job, pipeline, directory }: Awaited<ReturnType<typeof listPins>>[number]): string =>
  `${kind} ${job ?? pipeline ?? directory}`;
const ruleText = ({ place, branch, kind }: { place: string; branch: string; kind: string }) =>
  `${place} ${branch} ${kind}`;
