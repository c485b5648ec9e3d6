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
/** How long its hook is trusted to have told of it. */
const hookSeconds = 3;

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
  const hook = await installHook(
    { kind: 'bare', path: made.bare },
    sampleName,
    ownCommand(['push', 'report', sampleName, '--hook', '--data', data]),
  );
  keepHook(data, { name: sampleName, file: hook.file });
  for (const push of made.pushes) {
    if (stopped.aborted) return;
    if (await hasPush(made, push)) continue;
    await pushSample(made, push);
    // The next one only when this one has become a row of its own.
    await seen(client, push, stopped);
  }
  if (!stopped.aborted) await git(made.bare, ['config', 'signalbox.shown', 'true']);
}

async function seen(client: Client, { branch, revision }: SamplePush, stopped: AbortSignal): Promise<void> {
  const startedAt = performance.now();
  const params = { repo: sampleName };
  for (let asked = false; !stopped.aborted; ) {
    const { items } = await client.call('list-pushes', { params, query: { branch, limit: 1 } });
    if (items[0]?.revision === revision) return;
    const seconds = (performance.now() - startedAt) / 1000;
    if (!asked && seconds > hookSeconds) {
      // The hook could not tell it (a loaded machine, a git without hooks): then we do.
      asked = true;
      await client.call('report-push', { params, body: { branch, revision } });
    }
    if (seconds > patienceSeconds) {
      throw new Mistake('other', `The server has not seen the push of ${branch} after ${patienceSeconds} s.`);
    }
    await pause(30);
  }
}
