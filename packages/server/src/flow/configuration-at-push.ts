// The configuration of a push, as it is at its own commit.
import { type Loaded, loadConfiguration } from '@signalbox/plan';
import type { Db } from '../base/index.ts';
import { GitFailed, type Mirrors } from '../forges/index.ts';
import { treeAtPush } from '../source/index.ts';

export type ConfigurationParts = { readonly db: Db; readonly mirrors: Mirrors };

export function configurationAtPush(parts: ConfigurationParts, repoId: number, revision: string): Promise<Loaded> {
  return loadConfiguration(treeAtPush(parts, repoId, revision));
}

export type Read = Loaded | { readonly kind: 'unreachable'; readonly says: string };

/** For people who look: a repository that cannot be reached is an answer. */
export async function readAtPush(parts: ConfigurationParts, repoId: number, revision: string): Promise<Read> {
  try {
    return await configurationAtPush(parts, repoId, revision);
  } catch (error) {
    if (!(error instanceof GitFailed)) throw error;
    const [words = ''] = error.lastWords.split('\n');
    const says = `Its commit is not on this server, and the repository cannot be read now: ${words.slice(0, 200)}.`;
    return { kind: 'unreachable', says };
  }
}
