// Looking again on hints: one look at a time, none lost.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { gently } from '../src/live/gently.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('many hints in a moment are one look', async () => {
  const look = vi.fn(async () => {});
  const gentle = gently(look);
  for (let hint = 0; hint < 50; hint++) gentle.hint();
  await vi.advanceTimersByTimeAsync(1000);
  expect(look).toHaveBeenCalledTimes(1);
});

test('a hint during a look is looked at after it', async () => {
  const ends: (() => void)[] = [];
  const look = vi.fn(() => new Promise<void>((end) => ends.push(end)));
  const gentle = gently(look);
  gentle.hint();
  await vi.advanceTimersByTimeAsync(200);
  gentle.hint();
  gentle.hint();
  await vi.advanceTimersByTimeAsync(5000);
  expect(look).toHaveBeenCalledTimes(1);
  ends[0]?.();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(look).toHaveBeenCalledTimes(2);
});

test('a look that failed is made again at the next hint', async () => {
  const look = vi.fn<() => Promise<void>>(() => Promise.reject(new Error('no answer')));
  const gentle = gently(look);
  gentle.hint();
  await vi.advanceTimersByTimeAsync(1000);
  gentle.hint();
  await vi.advanceTimersByTimeAsync(5000);
  expect(look).toHaveBeenCalledTimes(2);
});

test('a stopped one looks no more', async () => {
  const look = vi.fn(async () => {});
  const gentle = gently(look);
  gentle.hint();
  gentle.stop();
  await vi.advanceTimersByTimeAsync(1000);
  expect(look).not.toHaveBeenCalled();
});
