// Turns a move of a branch into the push that is written: asks git what it brought.
import { describeMove, type Mirror } from '../forges/index.ts';
import type { BranchMove } from './moves.ts';
import type { Arrived } from './record-moves.ts';

export type ArrivedParts = {
  readonly mirror: Mirror;
  readonly defaultHead: string | null;
  readonly changedFiles: number;
  readonly signal?: AbortSignal | undefined;
};

export async function arrivedBy(parts: ArrivedParts, branch: string, { before, after }: BranchMove): Promise<Arrived> {
  if (after === null) return deleted(branch, before);
  const { mirror, defaultHead, changedFiles, signal } = parts;
  // A mirror that is newer than the last push (of another server, or made again) lacks what was rewritten away.
  const known = before === null || (await mirror.has(before)) || (await mirror.fetchRevision(before, signal));
  const arrival = await describeMove(mirror, { before: known ? before : null, after, defaultHead }, changedFiles);
  return {
    branch,
    kind: known ? arrival.kind : 'rewritten',
    revision: after,
    before,
    author: arrival.head.author,
    title: arrival.head.title,
    message: arrival.head.message,
    commits: arrival.commits,
    commitCount: arrival.commitCount,
    // Against the branch point says nothing about what changed since a commit that nobody has any more.
    files: known ? arrival.files : null,
    committedAt: arrival.head.committedAt,
  };
}

function deleted(branch: string, before: string | null): Arrived {
  const title = `Branch ${branch} was deleted`;
  return {
    branch,
    kind: 'deleted',
    revision: null,
    before,
    author: '',
    title,
    message: title,
    commits: [],
    commitCount: 0,
    files: [],
    committedAt: null,
  };
}
