// Times, lengths, sizes and names as people read them.
import { expect, test } from 'vitest';
import { exitText, stepToOpen } from '../src/job/choose-step.ts';
import { shortName } from '../src/text/short-name.ts';
import { counted, size } from '../src/text/size.ts';
import { sentenceOf } from '../src/text/stand.ts';
import { ago, between, buildInstant, clock, comes, duration, exact } from '../src/text/time.ts';
import { jobOf } from './job-of.ts';

const now = Date.parse('2026-11-22T16:07:03.000Z');
const before = (seconds: number) => new Date(now - seconds * 1000).toISOString();

test('how long ago something was', () => {
  const told = [3, 40, 300, 7200, 100_000, 864_000].map((seconds) => ago(before(seconds), now));
  expect(told).toEqual(['just now', '40 s ago', '5 min ago', '2 h ago', '28 h ago', '10 days ago']);
  expect(ago('2026-01-02T03:04:05.000Z', now)).toBe('2026-01-02');
  expect(ago(before(-20), now)).toBe('just now');
});

test('how soon something comes', () => {
  const told = [-30, 3, 40, 89, 90, 300, 7200, 200_000].map((seconds) => comes(before(-seconds), now));
  expect(told).toEqual([
    'at any moment',
    'at any moment',
    'in 40 s',
    'in 89 s',
    'in 2 min',
    'in 5 min',
    'in 2 h',
    'in 2 days',
  ]);
  expect(clock('2026-11-22T16:07:03.123Z')).toBe('16:07');
});

test('how long something lasted', () => {
  const told = [0, 420, 9_960, 42_400, 185_000, 3_840_000, 200_000_000]
    .map(duration)
    .map((text) => text.replaceAll('\u00a0', ' '));
  expect(told).toEqual(['0.0 s', '0.4 s', '10 s', '42 s', '3 min 05 s', '1 h 04 min', '2 d 7 h']);
  expect(between(null, null, now)).toBeNull();
  expect(between(before(60), null, now)).toBe('1\u00a0min\u00a000\u00a0s');
});

test('an instant and a build id are told in UTC', () => {
  expect(exact('2026-11-22T16:07:03.123Z')).toBe('2026-11-22 16:07:03 UTC');
  expect(buildInstant('20261122160703')).toBe('2026-11-22 16:07:03 UTC');
});

test('sizes have two figures, and numbers their noun', () => {
  expect([0, 999, 1234, 34_000_000, 999_600, 5e12].map(size)).toEqual([
    '0 B',
    '999 B',
    '1.2 kB',
    '34 MB',
    '1.0 MB',
    '5.0 TB',
  ]);
  expect([counted(1, 'job'), counted(1204, 'line')]).toEqual(['1 job', '1,204 lines']);
});

test('a name beside its template and platform is what tells it apart', () => {
  const short = (name: string, template: string, platform: string | null) =>
    shortName(jobOf({ name, template, platform }));
  expect(short('test-linux-x64-debug-3', 'test', 'linux-x64')).toBe('debug-3');
  expect(short('build-linux', 'build', 'linux')).toBe('');
  expect(short('test (linux, debug)', 'test', 'linux')).toBe('debug');
  expect(short('docs', 'docs', null)).toBe('');
});

test('a job tells its name, its verdict and its reason in one sentence', () => {
  const reason = { code: 'step-failed', text: 'step "test" exited with 1' } as const;
  expect(sentenceOf(jobOf({ name: 'a', verdict: 'failed', reason, runCount: 2 }))).toBe(
    'a, failed, attempt 2: step "test" exited with 1',
  );
  expect(sentenceOf(jobOf({ name: 'a', state: 'ready' }))).toBe('a, ready for a worker');
  expect(sentenceOf(jobOf({ name: 'ship', state: 'held', gate: 'Ship 2.0?' }))).toBe(
    'ship, waits for an answer: Ship 2.0?',
  );
  expect(sentenceOf(jobOf({ name: 'sim', state: 'held' }))).toBe('sim, held for an answer or a place in its group');
});

test('the step that opens is the failed one, else the running one, else the only one', () => {
  const step = (index: number, state: 'passed' | 'failed' | 'running' | 'skipped') => ({
    index,
    name: `s${index}`,
    state,
    exitCode: null,
    startedAt: state === 'skipped' ? null : before(9),
    endedAt: null,
  });
  const run = (endedAt: string | null, ...steps: ReturnType<typeof step>[]) => ({
    id: 1,
    jobId: 1,
    attempt: 1,
    worker: 'w',
    claimedAt: before(9),
    startedAt: null,
    endedAt,
    silentSince: null,
    verdict: null,
    reason: null,
    steps,
  });
  expect(stepToOpen(run(before(1), step(0, 'passed'), step(1, 'failed'), step(2, 'skipped')), 2)).toBe(1);
  expect(stepToOpen(run(null, step(0, 'passed'), step(1, 'running')), 2)).toBe(1);
  expect(stepToOpen(run(before(1), step(0, 'passed'), step(1, 'passed'), step(2, 'passed')), 1)).toBe(1);
  expect(stepToOpen(run(before(1), step(0, 'passed'), step(1, 'passed'), step(2, 'passed')), 2)).toBeNull();
  expect(exitText({ exitCode: 137 })).toBe('exit code 137 (SIGKILL)');
  expect(exitText({ exitCode: 0 })).toBeNull();
});
