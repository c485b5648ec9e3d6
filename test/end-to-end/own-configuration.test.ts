// Signalbox builds Signalbox: this very tree, with its own .signalbox.yml, is pushed to a server; a real worker lints, compiles and tests it.
import { cp, mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SampleRepository, sampleRepository } from '../kit/git.ts';
import { type Program, repositoryRoot, startProcess, startProgram } from '../kit/programs.ts';
import { type TestServer, testServer } from '../kit/server.ts';
import { directoryToRemove } from '../kit/temporary.ts';
import { until } from '../kit/wait.ts';

// Within a job of Signalbox this would build itself without end.
const isWithinItself = process.env['SIGNALBOX'] === 'true';

let house: TestServer;
let repository: SampleRepository;
let worker: Program;
let home: Awaited<ReturnType<typeof directoryToRemove>>;

beforeAll(async () => {
  if (isWithinItself) return;
  home = await directoryToRemove('own-configuration');
  [house, repository] = await Promise.all([testServer(), ownTree()]);
  worker = startProgram(
    ['worker', '--server', house.address, '--name', 'w1', '--capacity', '2', '--data', join(home.path, 'worker')],
    { env: { SIGNALBOX_TOKEN_FILE: join(house.data, 'worker-token') } },
  );
}, 120_000);

afterAll(async () => {
  await worker?.stop();
  await house?.stop();
  await repository?.remove();
  await home?.remove();
});

test.skipIf(isWithinItself)(
  'a change of one package is linted, compiled and tested, and the other packages are left out with the reason',
  async () => {
    await repository.push();
    await house.person.call('add-repo', {
      params: { repo: 'signalbox' },
      body: { url: repository.barePath, pollSeconds: 0 },
    });
    const first = await newestPush('This tree');
    await house.person.call('cancel-pipeline', { params: { pipeline: first.pipelines[0]!.pipeline.id } });

    const file = 'packages/plan/src/limits.ts';
    const text = await readFile(join(repositoryRoot, file), 'utf8');
    await repository.commit({ files: { [file]: `// A change.\n${text}` }, message: 'Change the plan package' });
    await repository.push();
    await house.person.call('report-push', { params: { repo: 'signalbox' }, body: { branch: 'main' } });
    const push = await newestPush('Change the plan package');
    const [made] = push.pipelines;
    expect(made?.pipeline.problem).toBeNull();
    expect(made?.jobs.map((job) => job.name).sort()).toEqual(['house', 'lint', 'test-plan', 'types']);
    expect(made?.pipeline.leftOut.map((job) => `${job.name} ${job.kind}`)).toContain('test-web unchanged');

    const ended = await until(
      'the end of the pipeline',
      async () => {
        const { pipeline, jobs } = await house.person.call('get-pipeline', { params: { pipeline: made!.pipeline.id } });
        return pipeline.finishedAt && jobs;
      },
      { seconds: 700 },
    );
    const told = await Promise.all(ended.filter((job) => job.verdict !== 'passed').map((job) => tell(job.id)));
    expect(told.join('\n')).toBe('');
  },
  480_000,
);

/** All files of this tree that git would take, committed to a repository of their own, with this installation's packages at hand. */
async function ownTree(): Promise<SampleRepository> {
  const made = await sampleRepository();
  const listing = startProcess('git', [
    'ls-files',
    '-z',
    '--cached',
    '--others',
    '--exclude-standard',
    '--deduplicate',
  ]);
  await listing.ended;
  const files = listing.stdout.split('\0').filter(Boolean);
  for (const file of files) {
    await mkdir(dirname(join(made.path, file)), { recursive: true });
    await cp(join(repositoryRoot, file), join(made.path, file), { errorOnExist: false }).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error; // Deleted, and not committed yet.
      },
    );
  }
  const configuration = await readFile(join(repositoryRoot, '.signalbox.yml'), 'utf8');
  const env = `env:\n  READY_NODE_MODULES: ${join(repositoryRoot, 'node_modules')}\n`;
  await made.commit({
    files: { '.signalbox.yml': configuration.replace('jobs:\n', `${env}\njobs:\n`) },
    message: 'This tree',
  });
  return made;
}

function newestPush(title: string) {
  return until(
    `the pipeline of "${title}"`,
    async () => {
      const { rows } = await house.person.call('get-grid', { params: { repo: 'signalbox' }, query: { limit: 1 } });
      return rows[0]?.push.title === title && rows[0].pipelines.length > 0 && rows[0];
    },
    { seconds: 60 },
  );
}

/** What a job that did not pass has to say, for the message of this test. */
async function tell(jobId: number): Promise<string> {
  const { job, runs } = await house.person.call('get-job', { params: { job: jobId } });
  const step = runs[0]?.run.steps.findLast((each) => each.state === 'failed')?.index ?? 0;
  const log =
    runs[0] && (await house.person.call('read-log', { params: { run: runs[0].run.id, step }, query: { tail: 4000 } }));
  return `${job.name}: ${job.verdict}: ${job.reason?.text}\n${(await log?.text()) ?? ''}`;
}
