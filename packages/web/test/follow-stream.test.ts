// Following the stream of a log, against a source of events that a test plays: cuts, refusals, floods and silence.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { followStream, type Source } from '../src/log/follow-stream.ts';

/** A log that is looked at, and the sources that were opened for it. */
function station(position: number | null) {
  const listeners = new Set<() => void>();
  const log = {
    position,
    server: position ?? 0,
    came: (text: { next: number }) => {
      log.position = text.next;
    },
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    more: vi.fn(async () => {
      log.position = Math.max(log.position ?? 0, log.server);
      for (const listener of listeners) listener();
    }),
  };
  const sources: (ReturnType<typeof sourceFrom> & { readonly from: number })[] = [];
  const open = (from: number) => {
    const source = Object.assign(sourceFrom(), { from });
    sources.push(source);
    return source;
  };
  const print = (bytes: number) => {
    const from = log.server;
    log.server += bytes;
    const data = JSON.stringify({ from, next: log.server, text: 'x' });
    for (const source of sources) if (!source.isClosed()) source.tell('log', data);
  };
  return { log, sources, open, print };
}

function sourceFrom() {
  const told = new Map<string, ((event: MessageEvent<string>) => void)[]>();
  const state = { readyState: 1 as number };
  return {
    get readyState() {
      return state.readyState;
    },
    close: () => {
      state.readyState = 2;
    },
    isClosed: () => state.readyState === 2,
    addEventListener: (name: string, listener: (event: MessageEvent<string>) => void) =>
      void told.set(name, [...(told.get(name) ?? []), listener]),
    tell: (name: string, data = '') => {
      for (const listener of told.get(name) ?? []) listener({ data } as MessageEvent<string>);
    },
  } satisfies Source & Record<string, unknown>;
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('it begins where the log is known, once it is known, and hints make it read nothing', async () => {
  const { log, sources, open, print } = station(null);
  const following = followStream(log, open);
  expect(sources.length).toBe(0);
  log.server = 100;
  following.hint();
  await vi.advanceTimersByTimeAsync(10);
  expect(sources.map(({ from }) => from)).toEqual([100]);
  expect(log.more).toHaveBeenCalledTimes(1);
  for (let piece = 0; piece < 20; piece++) {
    following.hint();
    print(50);
    await vi.advanceTimersByTimeAsync(1000);
  }
  expect(log.position).toBe(1100);
  expect(log.more).toHaveBeenCalledTimes(1);
  expect(sources.length).toBe(1);
  following.stop();
  expect(sources[0]!.isClosed()).toBe(true);
});

test('refused, it looks at the end when it is hinted and asks again, from where it is by then', async () => {
  const { log, sources, open } = station(0);
  const following = followStream(log, open);
  sources[0]!.close();
  sources[0]!.tell('error');
  log.server = 70;
  following.hint();
  await vi.advanceTimersByTimeAsync(600);
  expect(log.position).toBe(70);
  expect(sources.map(({ from }) => from)).toEqual([0, 70]);
  // A cut that the browser mends by itself is left to it.
  sources[1]!.tell('error');
  await vi.advanceTimersByTimeAsync(20_000);
  expect(sources.length).toBe(2);
  following.stop();
});

test('of a flood it takes no more than a tab can bear: it looks at the end from time to time until it is over', async () => {
  const { log, sources, open, print } = station(0);
  const following = followStream(log, open);
  for (let piece = 0; piece < 30; piece++) print(100_000);
  expect(sources[0]!.isClosed()).toBe(true);
  expect(log.position).toBeLessThan(2_200_000);
  for (let second = 0; second < 10; second++) {
    print(20_000_000);
    await vi.advanceTimersByTimeAsync(1000);
  }
  expect(sources.length).toBe(1);
  expect(log.more.mock.calls.length).toBeLessThan(7);
  await vi.advanceTimersByTimeAsync(5000);
  expect(sources.map(({ from }) => from)).toEqual([0, log.server]);
  following.stop();
});

test('a stream that has died without a word is found out by a hint, and another is opened', async () => {
  const { log, sources, open } = station(10);
  const following = followStream(log, open);
  log.server = 30;
  following.hint();
  await vi.advanceTimersByTimeAsync(6000);
  expect(sources.map(({ from, isClosed }) => [from, isClosed()])).toEqual([
    [10, true],
    [30, false],
  ]);
  following.stop();
});

test('it rests while nobody sees the page, and is over when the log is', async () => {
  const { log, sources, open, print } = station(0);
  const following = followStream(log, open);
  following.pause();
  expect(sources[0]!.isClosed()).toBe(true);
  print(500);
  following.resume();
  await vi.advanceTimersByTimeAsync(10);
  expect(sources.map(({ from }) => from)).toEqual([0, 500]);
  sources[1]!.tell('end', '{"size":500}');
  following.resume();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sources.length).toBe(2);
  expect(sources[1]!.isClosed()).toBe(true);
});
