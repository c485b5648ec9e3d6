// What `start` lets through of its children's logs.
import { expect, test } from 'vitest';
import { seriousLine } from '../src/start/log-line.ts';
import { createRepeats } from '../src/start/repeats.ts';

test.each([
  ['{"level":"info","msg":"listening"}', undefined],
  ['{"level":"warn","msg":"slow"}', { level: 'warn', text: 'slow' }],
  ['{"level":50,"msg":"broke","err":{"message":"why"}}', { level: 'error', text: 'broke: why' }],
  ['{"at":"x","level":"warn","message":"the worker"}', { level: 'warn', text: 'the worker' }],
  ['plain text', undefined],
  ['{not json', undefined],
])('of the line %s a person sees %o', (line, seen) => {
  expect(seriousLine(line)).toEqual(seen);
});

test('the same message is said once a minute, with how often it came; numbers do not make it another', () => {
  let now = 0;
  const once = createRepeats(() => now);
  expect(once('run 1 failed')).toBe('run 1 failed');
  expect(once('run 2 failed')).toBeUndefined();
  expect(once('disk full')).toBe('disk full');
  expect(once('run 3 failed')).toBeUndefined();
  now = 60_000;
  expect(once('run 4 failed')).toBe('run 4 failed (and 2 times more since)');
});
