// Which pauses a page speaks of, and in which words.
import type { Pause, PushDetail } from '@signalbox/protocol';
import { expect, test } from 'vitest';
import { poolsInUse } from '../src/order/pools-in-use.ts';
import { pausesOf, pauseTitle } from '../src/text/pause.ts';
import { jobOf } from './job-of.ts';

let last = 0;
const paused = (told: Partial<Pause> & Pick<Pause, 'kind'>): Pause => ({
  id: ++last,
  pool: null,
  repo: null,
  branch: null,
  lane: null,
  reason: 'red',
  by: 'dana',
  at: '2026-11-22T16:00:00.000Z',
  ...told,
});
const all = [
  paused({ kind: 'lane', repo: 'api', branch: 'main', lane: 'test-linux' }),
  paused({ kind: 'pool', pool: 'linux' }),
  paused({ kind: 'pool', pool: 'mac' }),
  paused({ kind: 'branch', repo: 'api', branch: 'main' }),
  paused({ kind: 'branch', repo: 'api', branch: 'next' }),
  paused({ kind: 'branch', repo: 'web', branch: 'main' }),
];
const titles = (branch: string | undefined, ...pools: string[]) =>
  pausesOf(all, { repo: 'api', branch, pools: new Set(pools) }).map(pauseTitle);

test('a page of a branch speaks of its own branch, of the pools that it waits for, and of its lanes, in this order', () => {
  expect(titles('main', 'linux')).toEqual(['main is closed', 'Pool linux is paused', 'test-linux is paused on main']);
  expect(titles('next')).toEqual(['next is closed']);
  expect(titles('other', 'windows')).toEqual([]);
});

test('a page of all branches speaks of each that is closed, never of another repository', () => {
  expect(titles(undefined)).toEqual(['main is closed', 'next is closed', 'test-linux is paused on main']);
});

test('a pool matters as long as a job waits for it', () => {
  const jobs = [
    jobOf({ pool: 'linux', state: 'ready' }),
    jobOf({ pool: 'mac', state: 'running' }),
    jobOf({ pool: 'windows', verdict: 'passed' }),
    jobOf({ pool: 'arm', state: 'held' }),
  ];
  const row = { pipelines: [{ jobs }] } as unknown as PushDetail;
  expect([...poolsInUse([row])]).toEqual(['linux', 'arm']);
});
