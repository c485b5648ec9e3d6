// Registers the sample and makes its history arrive: push after push, so that the first page a newcomer sees has some.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '@signalbox/protocol/browser';
import { git } from '../git.ts';
import { installHook } from '../hook.ts';
import { keepHook } from '../hooks-kept.ts';
import { Mistake } from '../mistake.ts';
import { ownCommand } from '../own-command.ts';
import { hasPush, pushSample, type Sample, type SamplePush, sampleName } from '../sample.ts';

/** How long one push may take to be seen. */
const patienceSeconds = 30;

/** Done once for a data directory: a sample that the person has removed does not come back. */
export async function isShown(data: string): Promise<boolean> {
  const bare = join(data, 'sample.git');
  return existsSync(bare) && (await git(bare, ['config', 'signalbox.shown'], { mayExit: 1 })) === 'true';
}

/** Ends early, without an error, when `stopped`; the next start goes on from there. */
export async function showSample(
  data: string,
  client: Client,
  sample: Promise<Sample>,
  stopped: AbortSignal,
): Promise<void> {
  const made = await sample;
  const params = { repo: sampleName };
  // Its hook tells of pushes; looking at it by itself now and then is for a push that the hook could not tell of.
  await client.call('add-repo', { params, body: { url: made.bare, pollSeconds: 60 } });
  for (const push of made.pushes) {
    if (stopped.aborted) return;
    if (await hasPush(made, push)) continue;
    await pushSample(made, push);
    await client.call('report-push', { params, body: push });
    // The next one only when this one has become a row of its own.
    await seen(client, push, stopped);
  }
  if (stopped.aborted) return;
  // Only now: told by us, the history is there seconds sooner than by six processes of the hook.
  const command = ownCommand(['push', 'report', sampleName, '--hook', '--data', data]);
  const hook = await installHook({ kind: 'bare', path: made.bare }, sampleName, command);
  keepHook(data, { name: sampleName, file: hook.file });
  await git(made.bare, ['config', 'signalbox.shown', 'true']);
}

async function seen(client: Client, { branch, revision }: SamplePush, stopped: AbortSignal): Promise<void> {
  const deadline = performance.now() + patienceSeconds * 1000;
  const call = { params: { repo: sampleName }, query: { branch, limit: 1 } };
  while (!stopped.aborted) {
    const { items } = await client.call('list-pushes', call);
    if (items[0]?.revision === revision) return;
    if (performance.now() > deadline) {
      throw new Mistake('other', `The server has not seen the push of ${branch} after ${patienceSeconds} s.`);
    }
    await pause(30);
  }
}
