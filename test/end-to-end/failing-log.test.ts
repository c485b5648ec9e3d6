// A run that fails, with a real server and a real worker: its error lines are there while it still runs, without its secrets, and
// the comparison with the last green run of its lane says where it went another way. Killing the worker loses none of it.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobBrief } from '@signalbox/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { program } from '../../packages/worker/test/kit/program.ts';
import { type SampleRepository, sampleRepository } from '../kit/git.ts';
import { runProgram } from '../kit/programs.ts';
import { type TestServer, testServer } from '../kit/server.ts';
import { directoryToRemove } from '../kit/temporary.ts';
import { until } from '../kit/wait.ts';

let house: TestServer;
let repository: SampleRepository;
let home: Awaited<ReturnType<typeof directoryToRemove>>;

const config = `
error-patterns:
  - { name: our-lint, contains: LINT!, matches: '^LINT! [a-z]+$' }
  - { name: noise, contains: mirror is behind, ignore: true }
jobs:
  build:
    checkout: true
    secrets: [KEY]
    steps:
      - name: Build
        script: sh build.sh
      - name: Report
        always: true
        script: |
          echo "about the errors"; [ -e done ] || echo "ERROR: nothing was built"
`;
const building = (last: string) => `
echo "started at $(date +%H:%M:%S) in $PWD"
i=0; while [ $i -lt 300 ]; do echo "compiling file_$i.c"; i=$((i+1)); done
echo "error: mirror is behind"
${last}
`;
const failing = building(`echo "LINT! bad"
echo "src/a.c:12:3: error: expected $KEY here"
until [ -e "$GO" ]; do sleep 0.1; done
echo "make: *** [all] Error 2"
exit 3`);

beforeAll(async () => {
  home = await directoryToRemove('failing-log');
  [house, repository] = await Promise.all([testServer(), sampleRepository()]);
  await repository.bare();
  const params = { repo: 'sample' };
  await house.person.call('add-repo', { params, body: { url: repository.barePath, pollSeconds: 0 } });
  await house.person.call('set-secret', { params: { ...params, secret: 'KEY' }, body: { value: 'a-secret-value-21' } });
}, 120_000);
afterAll(async () => {
  await house?.stop();
  await repository?.remove();
  await home?.remove();
});

/** Pushes a build, and waits for its job. */
async function push(script: string): Promise<JobBrief> {
  // Before it is there to be seen: the first look at a repository comes when it comes.
  const before = (await house.person.call('list-jobs', {})).items[0]?.id ?? 0;
  await repository.commit({ files: { '.signalbox.yml': config, 'build.sh': script } });
  await repository.push();
  await house.person.call('report-push', { params: { repo: 'sample' }, body: {} });
  return await until(
    'the job',
    async () => (await house.person.call('list-jobs', {})).items.find(({ id }) => id > before),
    { seconds: 60 },
  );
}

const detail = (job: number) => house.person.call('get-job', { params: { job } });
const sealed = (job: number) =>
  until(
    'the end, and its log in the archive',
    async () => {
      const { job: now, runs } = await detail(job);
      return now.verdict && runs[0]?.logState === 'sealed' && { verdict: now.verdict, run: runs[0].run.id };
    },
    { seconds: 120 },
  );

test.skipIf(process.platform === 'win32')(
  'error lines are found while it runs, and the comparison tells the divergence',
  async () => {
    const token = { SIGNALBOX_TOKEN: '', SIGNALBOX_TOKEN_FILE: join(house.data, 'worker-token') };
    const start = () => program({ station: { address: house.address }, dataDir: home.path }, { env: token });
    const first = start();
    const green = await push(building('echo "all is built"; touch done'));
    const passed = await sealed(green.id);
    expect(passed.verdict).toBe('passed');
    expect((await house.person.call('list-error-lines', { params: { run: passed.run } })).items).toEqual([]);

    const sign = join(home.path, 'go');
    const red = await push(failing.replace('$GO', sign));
    const run = await until('its run', async () => (await detail(red.id)).runs[0]?.run.id, { seconds: 60 });
    const list = () => house.person.call('list-error-lines', { params: { run } });
    const early = await until('the first error lines', async () => (await list()).items.length >= 2 && list(), {
      seconds: 60,
    });
    expect((await detail(red.id)).job.state).toBe('running');
    expect(early.items.map(({ step, line, text, pattern }) => [step, line, text, pattern])).toEqual([
      [1, 303, 'LINT! bad', 'our-lint'],
      [1, 304, 'src/a.c:12:3: error: expected *** here', 'compiler'],
    ]);

    // What it has found so far, and what it finds from now on, outlives the worker.
    await first.kill('SIGKILL');
    const second = start();
    await writeFile(sign, '');
    const failed = await sealed(red.id);
    expect(failed).toEqual({ verdict: 'failed', run });
    const { items, stopped } = await list();
    expect(items.map(({ step, line, pattern }) => [step, line, pattern])).toEqual([
      [1, 303, 'our-lint'],
      [1, 304, 'compiler'],
      [1, 305, 'build'],
      [2, 2, 'error'],
    ]);
    expect(stopped).toEqual([]);

    const compared = await house.person.call('compare-log', { params: { run } });
    expect(compared).toMatchObject({
      run: { runId: run, lane: 'build', verdict: 'failed' },
      green: { runId: passed.run, verdict: 'passed', branch: 'main' },
      chosen: 'before',
      more: null,
    });
    const divergence = compared.differences.find(({ moved }) => !moved);
    expect(divergence).toMatchObject({
      stepName: 'Build',
      step: 1,
      line: 303,
      thereLine: 303,
      before: ['compiling file_298.c', 'compiling file_299.c', 'error: mirror is behind'],
      there: ['all is built'],
    });
    expect(divergence!.here.slice(0, 2)).toEqual(['LINT! bad', 'src/a.c:12:3: error: expected *** here']);

    const cli = async (...args: string[]) => (await runProgram([...args, '--server', house.address])).output;
    expect(await cli('log', String(red.id), '--errors')).toContain('1:304: src/a.c:12:3: error: expected *** here');
    const told = await cli('compare', String(red.id));
    expect(told).toContain(`(job ${green.id}, attempt 1, passed)`);
    expect(told).toMatch(/line 303 to 305, there 303\n.*compiling file_298/s);
    expect(told).toMatch(/- all is built\n\s+\+ LINT! bad\n/);
    expect(await cli('compare', String(green.id))).toContain('there is nothing to compare with');
    expect(await second.kill('SIGTERM')).toBe(0);
  },
  300_000,
);
