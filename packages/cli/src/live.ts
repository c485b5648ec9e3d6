// Waiting for news: the server's hints as they come, and a look by ourselves now and then, since a hint may be lost.
import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '@signalbox/protocol/browser';

export type News = {
  /** Resolves at the next hint, or after `atMostMs`; at once if one came since the last call. */
  next(atMostMs: number): Promise<void>;
  close(): void;
};

/** Listens to topics (`pipeline:7,run:9`) until closed; connects again by itself. */
export function listen(client: Client, topics: readonly string[]): News {
  const closing = new AbortController();
  let fresh = true;
  let wake: () => void = () => {};
  const tell = () => {
    fresh = true;
    wake();
  };
  const listening = follow(client, topics, closing.signal, tell);
  return {
    async next(atMostMs) {
      if (!fresh) {
        const timer = new AbortController();
        const woken = new Promise<void>((resolve) => {
          wake = resolve;
        });
        await Promise.race([woken, pause(atMostMs, undefined, { signal: timer.signal }).catch(() => {})]);
        timer.abort();
      }
      fresh = false;
    },
    close() {
      closing.abort();
      void listening;
    },
  };
}

async function follow(client: Client, topics: readonly string[], signal: AbortSignal, tell: () => void): Promise<void> {
  for (let failures = 0; !signal.aborted; failures += 1) {
    try {
      const response = await client.call('live', { query: { topics: topics.join(',') }, signal });
      tell();
      failures = 0;
      for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
        if (piece.includes('data:')) tell();
      }
    } catch {
      // Cut off: `next` looks by itself meanwhile, and says so if the server is gone for good.
    }
    await pause(Math.min(250 * 2 ** failures, 5000), undefined, { signal }).catch(() => {});
  }
}
