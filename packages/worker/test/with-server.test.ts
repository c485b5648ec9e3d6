// The real worker with the real server: killed and started again in the middle of a run, with clocks that are wrong by an
// hour, first ahead and then behind. Nothing that a worker says about time decides anything.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { wrongClock } from '../../../test/chaos/wrong-clock.ts';
import { type SampleRepository, sampleRepository } from '../../../test/kit/git.ts';
import { type TestServer, testServer } from '../../../test/kit/server.ts';
import { directoryToRemove } from '../../../test/kit/temporary.ts';
import { until } from '../../../test/kit/wait.ts';
import { sql } from '../../server/src/base/index.ts';
import { program, supervisorsOf, type WorkerProgram } from './kit/program.ts';

let house: TestServer;
let repository: SampleRepository;
let home: Awaited<ReturnType<typeof directoryToRemove>>;
const leaseSeconds = 5;
const lines = 140;
/** Lasts longer than a lease; the second step needs what the server gave with the order, and what the first one left. */
const config = `
jobs:
  long:
    checkout: true
    secrets: [KEY]
    artifacts: [out.txt]
    steps:
      - i=0; while [ $i -lt ${lines} ]; do echo "line $i"; i=$((i+1)); sleep 0.05; done; echo made >out.txt
      - cat out.txt; echo "key $KEY"; printf %s "$KEY" | wc -c
`;

beforeAll(async () => {
  home = await directoryToRemove('restarted');
  [house, repository] = await Promise.all([
    testServer({ SIGNALBOX_LEASE_SECONDS: String(leaseSeconds), SIGNALBOX_FIRST_LEASE_SECONDS: '5' }),
    sampleRepository(),
  ]);
  await repository.commit({ files: { '.signalbox.yml': config } });
  await repository.push();
}, 120_000);
afterAll(async () => {
  await house?.stop();
  await repository?.remove();
  await home?.remove();
});

test.skipIf(process.platform === 'win32')(
  'kill -9 of a worker, and a restart with another wrong clock, cost a run nothing',
  async () => {
    const { person } = house;
    const station = { address: house.address };
    const ahead = await wrongClock(home.path, 60);
    const behind = await wrongClock(home.path, -60);
    const token = { SIGNALBOX_TOKEN: '', SIGNALBOX_TOKEN_FILE: join(house.data, 'worker-token') };
    await person.call('add-repo', { params: { repo: 'sample' }, body: { url: repository.barePath, pollSeconds: 0 } });
    await person.call('set-secret', {
      params: { repo: 'sample', secret: 'KEY' },
      body: { value: 'a-secret-value-21' },
    });
    const args = ['--log', 'json'];
    const first = program({ station, dataDir: home.path }, { env: { ...ahead, ...token }, args });
    const job = await until('the job', async () => (await person.call('list-jobs', {})).items[0], { seconds: 60 });
    const detail = () => person.call('get-job', { params: { job: job.id } });
    await until('a part of the log', async () => (await detail()).runs[0]?.logs.some((log) => log.step === 1), {
      seconds: 60,
    });
    await first.kill('SIGKILL');
    const before = await detail();
    expect(before.job.state).toBe('running');
    expect(supervisorsOf(home.path)).toHaveLength(1);
    const second = program({ station, dataDir: home.path }, { env: { ...behind, ...token }, args });
    const ended = await until(
      'the end, and its log in the archive',
      async () => {
        const now = await detail();
        return now.job.verdict && now.runs[0]?.logState === 'sealed' && now;
      },
      { seconds: 90 },
    );
    expect(ended.job).toMatchObject({ verdict: 'passed', runCount: 1 });
    expect(ended.runs).toHaveLength(1);
    const { run, artifacts } = ended.runs[0]!;
    expect(run.id).toBe(before.runs[0]?.run.id);
    expect(artifacts.map(({ path }) => path)).toEqual(['out.txt']);
    const logOf = async (step: number) =>
      await (await person.call('read-log', { params: { run: run.id, step } })).text();
    const printed = Array.from({ length: lines }, (_, index) => `line ${index}\n`).join('');
    expect(digest(await logOf(1))).toBe(digest(printed));
    expect(await logOf(2)).toMatch(/^made\nkey \*\*\*\n\s*17\n$/);
    // All times of the run are the database's; the lease was kept though the run lasted longer than one.
    const [times] = await house.database.db.query<{ isRight: boolean; seconds: number }>(sql`
      select claimed_at > now() - interval '5 minutes' and ended_at <= now() as "isRight",
             extract(epoch from ended_at - claimed_at)::float8 as seconds
      from run where id = ${run.id}`);
    expect(times?.isRight).toBe(true);
    expect(times?.seconds).toBeGreaterThan(leaseSeconds);
    expect([hoursFast(first), hoursFast(second)], 'the clocks are wrong indeed').toEqual([1, -1]);
    expect(await second.kill('SIGTERM')).toBe(0);
    await until('its supervisor to end', () => supervisorsOf(home.path).length === 0);
  },
  180_000,
);

/** By the time that it gives to the first thing that it says. */
function hoursFast({ said }: WorkerProgram): number {
  const { at } = JSON.parse(said.join('').split('\n')[0]!) as { at: string };
  return Math.round((Date.parse(at) - Date.now()) / 3_600_000);
}

const digest = (text: string) => createHash('sha256').update(text).digest('hex');
