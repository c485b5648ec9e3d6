// `explain` as people read it: what to expect, who can help, its place in line; and what cannot be paused or submitted.
import type { Blocker, Explanation, JobBrief } from '@signalbox/protocol';
import { expect, test } from 'vitest';
import { listener, signalbox } from './kit.ts';

const at = '2026-11-22T16:10:00.000Z';
const before = (seconds: number) => new Date(Date.parse(at) - seconds * 1000).toISOString();
const after = (seconds: number) => before(-seconds);
const job: Partial<JobBrief> = {
  id: 7,
  name: 'test-linux',
  pool: 'linux',
  state: 'ready',
  verdict: null,
  reason: null,
  gate: null,
  coalescedInto: null,
};
const blocker = (told: Partial<Blocker>): Blocker => ({
  kind: 'capacity',
  outlook: 'be-patient',
  what: '3 jobs are before it.',
  since: null,
  who: null,
  cure: null,
  jobId: null,
  ...told,
});
const explanation: Explanation = { jobId: 7, state: 'ready', at, outlook: null, blockers: [], place: null };

/** What `signalbox explain 7` prints of this. */
async function explained(told: Partial<Explanation>, of: Partial<JobBrief> = {}, args: string[] = []) {
  const far = await listener(({ path }) =>
    path.endsWith('/explanation')
      ? [200, { ...explanation, ...told }]
      : [200, { job: { ...job, ...of }, push: { repo: 'api', branch: 'main' } }],
  );
  return signalbox(['explain', '7', '--server', far.url, ...args]);
}

test('each blocker is told with its outlook, since when, by whom and what to do', async () => {
  const closed = blocker({
    kind: 'tree-closed',
    outlook: 'someone-must-act',
    what: 'main is closed: tests are red.',
    since: before(300),
    who: 'dana (token 4)',
    cure: 'signalbox resume 3',
  });
  const need = blocker({ kind: 'need', what: 'It needs build, which is running.', jobId: 6 });
  const ran = await explained({ outlook: 'someone-must-act', blockers: [closed, need] });
  expect(ran.code).toBe(0);
  expect(ran.stdout).toBe(`test-linux (job 7, api main) is ready, for pool linux.
! Someone must act.

! main is closed: tests are red.
  for 5 min 00 s · dana (token 4)
  → signalbox resume 3

◷ It needs build, which is running.
  job 6
`);
});

test.each([
  ['be-patient', 'Be patient'],
  ['someone-must-act', 'Someone must act'],
  ['will-never-run', 'Will never run'],
] as const)('%s is said first, in words and with a sign', async (outlook, words) => {
  const { stdout } = await explained({ outlook, blockers: [blocker({ outlook })] });
  expect(stdout.split('\n')[1]).toMatch(new RegExp(`^[^\\w\\s] ${words}`));
});

test('its place in line comes with what it is made of, the usual wait, and when it may begin', async () => {
  const place = {
    pool: 'linux',
    ahead: 3,
    ready: 12,
    rank: at,
    why: ['Class push at level 2.', 'It waits for 2 min.'],
    medianWaitSeconds: 130,
    startsAt: { earliest: after(20), likely: after(185) },
  };
  const { stdout } = await explained({ outlook: 'be-patient', blockers: [blocker({})], place });
  expect(stdout).toContain(
    'Place 4 of 12 in the line of pool linux\n  Class push at level 2.\n  It waits for 2 min.\n',
  );
  expect(stdout).toContain('had waited 2 min 10 s or less');
  expect(stdout).toContain('It likely starts in 3 min 05 s, at the earliest in 20.0 s.');
  const unknown = await explained({ place: { ...place, ahead: 0, startsAt: null, medianWaitSeconds: null } });
  expect(unknown.stdout).toContain('the next worker that asks takes it');
  expect(unknown.stdout).toContain('Place 1 of 12');
  expect(unknown.stdout).toContain('Nobody can know yet when it starts.');
});

test('a gate says its question and how to answer', async () => {
  const { stdout } = await explained({ state: 'held' }, { state: 'held', gate: 'Ship 2.0?', pool: '' });
  expect(stdout).toContain('test-linux (job 7, api main) is held.\n');
  expect(stdout).toContain('It asks: Ship 2.0?\n→ signalbox approve 7, or signalbox reject 7');
});

test('a job that was absorbed names the one that ran in its place', async () => {
  const reason = { code: 'coalesced', text: 'A newer push of its lane is built instead.' } as const;
  const ended = { state: 'done', verdict: 'skipped', reason, coalescedInto: 9 } as const;
  const { stdout } = await explained({ state: 'done' }, ended);
  expect(stdout.split('\n')[0]).toBe(
    'test-linux (job 7, api main) has ended, skipped: A newer push of its lane is built instead. Job 9 runs in its place.',
  );
});

test('--json is the explanation as the API gives it', async () => {
  const told = { outlook: 'be-patient', blockers: [blocker({})] } as const;
  const { stdout } = await explained({ outlook: told.outlook, blockers: [...told.blockers] }, {}, ['--json']);
  expect(JSON.parse(stdout)).toEqual({ ...explanation, ...told });
});

test.each([
  { words: ['pause', 'branch', 'api', '--reason', 'x'], says: 'branch REPO BRANCH' },
  { words: ['pause', 'tree', 'api', 'main', '--reason', 'x'], says: '"tree api main" cannot be paused' },
  { words: ['pause', 'pool', 'linux'], says: "required option '--reason" },
  { words: ['pool', 'set', 'linux', '--wait-budget', '5 minutes'], says: 'a time like 90s, 5m or 1h' },
  { words: ['group', 'set', 'api', 'sim', '--slots', '-1'], says: 'from 0 to 100000' },
  { words: ['raise', '7', '--priority', '101'], says: 'from -100 to 100' },
  { words: ['submit', '--push', '1'], says: 'Name a file of JSON' },
  { words: ['submit', '-', '--repo', 'api'], says: 'The input is not JSON' },
])('$words is not understood: exit code 2, and what is right', async ({ words, says }) => {
  const ran = await signalbox(words);
  expect(ran.code).toBe(2);
  expect(ran.stderr).toContain(says);
});
