// A push as the server recorded it, with its tree from the clone at hand: both are needed to plan it here.
import type { Client } from '@signalbox/protocol/browser';
import { git } from './git.ts';
import { Mistake } from './mistake.ts';
import { type TreeFacts, topOf, treeOf } from './work-tree.ts';

export async function readPushFacts(client: Client, directory: string, id: number): Promise<TreeFacts> {
  const { push } = await client.call('get-push', { params: { push: id } });
  const { revision, branch, message, files, repo } = push;
  if (revision === null) {
    throw new Mistake('not-found', `Push ${id} deleted ${branch}.`, 'It has no configuration.');
  }
  const top = await topOf(directory);
  const wanted = ['rev-parse', '--quiet', '--verify', '--end-of-options', `${revision}^{commit}`];
  if (!(await git(top, wanted, { mayExit: 1 }))) {
    const cure = `Run this in a clone of ${repo}, after \`git fetch\`.`;
    throw new Mistake('not-found', `${top} does not have commit ${revision} of push ${id}.`, cure);
  }
  return { top, tree: treeOf(top, revision), push: { branch, message, files } };
}
