// Tells when the first job has passed: the moment at which a newcomer knows that all of it works.

import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '@signalbox/protocol/browser';

const lookEveryMs = 150;
/** After the first minute there is no hurry. */
const lookLaterMs = 2000;

/** @returns whether one has passed since the call; false when there was one before, or it was stopped. */
export async function firstPassed(client: Client, stopped: AbortSignal): Promise<boolean> {
  for (let looks = 0; !stopped.aborted; looks += 1) {
    const query = { verdict: 'passed', limit: 1 } as const;
    // A server that is being started again will answer later.
    const found = await client.call('list-jobs', { query, signal: stopped }).catch(() => undefined);
    if (found && found.items.length > 0) return looks > 0;
    const wait = looks * lookEveryMs < 60_000 ? lookEveryMs : lookLaterMs;
    await pause(wait, undefined, { signal: stopped }).catch(() => {});
  }
  return false;
}
