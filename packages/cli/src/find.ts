// From what a person types to rows: a job by number or by its lane, a pipeline, the newest of a branch.
import type { Client } from '@signalbox/protocol/browser';
import { Mistake } from './mistake.ts';

export type Lane = { readonly repo?: string; readonly branch?: string };

/** A number is a job's id; a name means the newest job of that lane. */
export async function findJob(client: Client, word: string, lane: Lane): Promise<number> {
  if (/^[1-9]\d{0,15}$/.test(word)) return Number(word);
  const { items } = await client.call('list-jobs', { query: { ...lane, name: word, limit: 1 } });
  if (items[0]) return items[0].id;
  const place = [lane.repo && `in ${lane.repo}`, lane.branch && `on ${lane.branch}`].filter(Boolean).join(' ');
  throw new Mistake(
    'not-found',
    `There is no job named "${word}"${place ? ` ${place}` : ''}.`,
    '`signalbox jobs` lists them; a job is given by its number, or by its name with --repo and --branch.',
  );
}

export function wholeNumber(word: string, what: string): number {
  if (/^[1-9]\d{0,15}$/.test(word)) return Number(word);
  throw new Mistake('usage', `${what} is a number, not "${word}".`, '`signalbox jobs` shows the numbers.');
}

/** The newest push of a branch (or of the repository); without a repository, the pipeline of the newest job. */
export async function findNewest(client: Client, lane: Lane): Promise<{ pushId: number } | { pipelineId: number }> {
  if (lane.repo) {
    const { branch, repo } = lane;
    const { items } = await client.call('list-pushes', { params: { repo }, query: { branch, limit: 1 } });
    if (items[0]) return { pushId: items[0].id };
    throw new Mistake('not-found', `${repo} has no push${branch ? ` on ${branch}` : ''} yet.`, 'Push something to it.');
  }
  const { items } = await client.call('list-jobs', { query: { branch: lane.branch, limit: 1 } });
  if (items[0]) return { pipelineId: items[0].pipelineId };
  throw new Mistake(
    'not-found',
    'There are no jobs yet.',
    'Register a repository with `signalbox add PATH`, then push.',
  );
}
