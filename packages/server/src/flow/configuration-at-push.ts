// The configuration of a push, as it is at its own commit.
import type { Loaded, PushFacts } from '@signalbox/plan';
import type { Cause } from '@signalbox/protocol';
import type { Db } from '../base/index.ts';
import { GitFailed, type Mirrors } from '../forges/index.ts';
import { treeAtPush } from '../source/index.ts';
import type { Configurations } from './configurations.ts';

export type ConfigurationParts = {
  readonly db: Db;
  readonly mirrors: Mirrors;
  readonly configurations: Configurations;
};
export type PlannedPush = PushFacts & { readonly repoId: number; readonly revision: string; readonly cause: Cause };

export function configurationAtPush(parts: ConfigurationParts, push: PlannedPush): Promise<Loaded> {
  const { repoId, revision, branch, message, files, cause } = push;
  return parts.configurations.load(treeAtPush(parts, repoId, revision), {
    branch,
    message,
    files,
    cause,
    parameters: {},
  });
}

export type Read = Loaded | { readonly kind: 'unreachable'; readonly says: string };

/** For people who look: a repository that cannot be reached is an answer. */
export async function readAtPush(parts: ConfigurationParts, push: PlannedPush): Promise<Read> {
  try {
    return await configurationAtPush(parts, push);
  } catch (error) {
    if (!(error instanceof GitFailed)) throw error;
    const [words = ''] = error.lastWords.split('\n');
    const says = `Its commit is not on this server, and the repository cannot be read now: ${words.slice(0, 200)}.`;
    return { kind: 'unreachable', says };
  }
}
