// What a push changes of its branch's configuration: both are read again, or remembered, and compared; nothing is stored.
import { type Configuration, costOf, diffConfigurations, isSame } from '@signalbox/plan';
import type { Push, PushConfigDiff } from '@signalbox/protocol';
import { sql } from '../base/index.ts';
import { listUsualDurations } from '../queue/index.ts';
import { getPush } from '../source/index.ts';
import { type ConfigurationParts, readAtPush } from './configuration-at-push.ts';

/** @throws Refused not-found */
export async function pushConfigDiff(parts: ConfigurationParts, pushId: number): Promise<PushConfigDiff> {
  const push = await getPush(parts.db, pushId);
  const { before, revision } = push;
  if (revision === null) return none('The branch was deleted.');
  if (before === null) return none('The branch is new: there is nothing to compare with.');
  const [repo] = await parts.db.query<{ id: number }>(sql`select id from repo where name = ${push.repo}`);
  if (!repo) return none('The repository was removed.');
  // One after the other: the second is often the first, and then remembered.
  const old = await read(parts, repo.id, before, push);
  if (typeof old === 'string') return none(`Before the push: ${old}`);
  const now = await read(parts, repo.id, revision, push);
  if (typeof now === 'string') return none(now);
  const diff = diffConfigurations(old, now);
  if (isSame(diff)) return { diff, cost: null, note: null };
  const usual = await listUsualDurations(parts.db, repo.id, push.branch);
  const seconds = new Map(usual.map(({ name, usualSeconds }) => [name, usualSeconds]));
  return { diff, cost: seconds.size === 0 ? null : costOf(old, now, seconds), note: null };
}

/** Null where there is none; a text says why it is not known. */
async function read(
  parts: ConfigurationParts,
  repoId: number,
  revision: string,
  { branch, message, files }: Push,
): Promise<Configuration | null | string> {
  const loaded = await readAtPush(parts, { repoId, revision, branch, message, files, cause: 'push' });
  if (loaded.kind === 'configuration') return loaded.configuration;
  if (loaded.kind === 'absent') return null;
  if (loaded.kind === 'unreachable') return loaded.says;
  const [first] = loaded.mistakes;
  return `The configuration has mistakes: ${first?.file}:${first?.line}: ${first?.message}.`;
}

const none = (note: string): PushConfigDiff => ({ diff: null, cost: null, note });
