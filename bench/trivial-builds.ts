// Jobs that run one `true` step, each with its log and its archive, from real pushes through the real HTTP API to real worker processes.
// First pushes of one job, one after another, to an idle server: push to claim. Then pushes of 20 jobs, as fast as they go: jobs a second.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Client, createClient } from '@signalbox/protocol';
import { type Program, signalboxProgram, startProcess, startProgram } from '../test/kit/programs.ts';
import { until } from '../test/kit/wait.ts';
import { percentile, rounded, say } from './ground/figures.ts';
import { cpuSeconds, familyCpuSeconds } from './ground/processes.ts';

const jobsOfPush = 20;
const pacedPushes = 40;

export async function trivialBuilds(args: readonly string[]): Promise<Record<string, number>> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      profile: { type: 'string' },
      jobs: { type: 'string', default: '2000' },
      workers: { type: 'string', default: '16' },
    },
  });
  const [jobs, workers] = [Number(values.jobs), Number(values.workers)];
  const data = mkdtempSync(path.join(tmpdir(), 'signalbox-trivial-builds-'));
  const programs: Program[] = [];
  try {
    const repository = makeRepository(data, Math.ceil(jobs / jobsOfPush));
    // A processor profile of the server, for whoever wants to know where its time goes.
    const profile = values.profile ? ['--cpu-prof', `--cpu-prof-dir=${path.resolve(values.profile)}`] : [];
    const serve = [...profile, signalboxProgram, 'serve', '--data', data, '--listen', '127.0.0.1:0'];
    const server = startProcess(process.execPath, serve, { env: { SIGNALBOX_LOG_STYLE: 'json' } });
    programs.push(server);
    const address = /https?:\/\/[\w.:[\]-]+/.exec(await server.line(/listens on/, 60))![0];
    const client = createClient({ server: address });
    for (let number = 1; number <= workers; number += 1) programs.push(startWorker(address, data, number));
    await until('the workers', async () => (await client.call('list-workers', {})).items.length === workers, {
      seconds: 60,
    });
    await client.call('add-repo', { params: { repo: 'bench' }, body: { url: repository.bare, pollSeconds: 0 } });
    await allEnded(client, 1);
    say(`${workers} workers are there; ${pacedPushes} pushes of one job, one after another`);

    const waits = await pacedWaits(client, repository);
    say(`push to claim: p50 ${rounded(percentile(waits, 0.5))} ms, p95 ${rounded(percentile(waits, 0.95))} ms`);

    const postgres = Number(
      execFileSync('head', ['-n', '1', path.join(data, 'postgres', 'cluster', 'postmaster.pid')], { encoding: 'utf8' }),
    );
    const ofWorkers = () => programs.slice(1).reduce((sum, program) => sum + familyCpuSeconds(program.pid), 0);
    const before = {
      server: cpuSeconds(server.pid),
      database: familyCpuSeconds(postgres),
      workers: ofWorkers(),
      jobs: 1 + pacedPushes,
    };
    say(`${repository.busy.length} pushes of ${jobsOfPush} jobs, as fast as they go`);
    const began = performance.now();
    for (const push of repository.busy) await repository.push(client, push);
    const made = repository.busy.length * jobsOfPush;
    await allEnded(client, before.jobs + made);
    const seconds = (performance.now() - began) / 1000;
    await until('all logs in the archive', () => allSealed(client), { seconds: 60 });
    const cpu = (pid: number, of: (pid: number) => number, since: number) =>
      rounded(((of(pid) - since) * 1000) / made, 2);
    return {
      jobs: made,
      workers,
      jobsPerSecond: rounded(made / seconds),
      pushToClaimP50Ms: rounded(percentile(waits, 0.5)),
      pushToClaimP95Ms: rounded(percentile(waits, 0.95)),
      serverCpuMsPerJob: cpu(server.pid, cpuSeconds, before.server),
      databaseCpuMsPerJob: cpu(postgres, familyCpuSeconds, before.database),
      workerCpuMsPerJob: rounded(((ofWorkers() - before.workers) * 1000) / made, 2),
    };
  } finally {
    await Promise.all(programs.slice(1).map((program) => program.kill9()));
    await programs[0]?.stop('SIGTERM');
    rmSync(data, { recursive: true, force: true });
  }
}

type Push = { readonly revision: string; readonly before: string };
type Repository = {
  readonly bare: string;
  readonly paced: readonly Push[];
  readonly busy: readonly Push[];
  push(client: Client, push: Push): Promise<void>;
};

/** All commits are made before the clock runs; a push moves the branch of the bare repository and reports it, as its hook would. */
function makeRepository(data: string, busyPushes: number): Repository {
  const [tree, bare] = [path.join(data, 'tree'), path.join(data, 'bench.git')];
  const git = (cwd: string, ...args: string[]) =>
    execFileSync('git', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
  git(data, 'init', '--quiet', '--initial-branch=main', tree);
  git(tree, 'config', 'user.name', 'Bench');
  git(tree, 'config', 'user.email', 'bench@example.com');
  const commit = (message: string) => {
    git(tree, 'add', '.');
    git(tree, 'commit', '--quiet', '--allow-empty', '-m', message);
    return git(tree, 'rev-parse', 'HEAD');
  };
  writeFileSync(path.join(tree, '.signalbox.yml'), config(1));
  let before = commit('Begin');
  git(data, 'clone', '--quiet', '--bare', tree, bare);
  const next = (message: string): Push => {
    const push = { before, revision: commit(message) };
    before = push.revision;
    return push;
  };
  const paced = Array.from({ length: pacedPushes }, (_, index) => next(`Paced ${index}`));
  writeFileSync(path.join(tree, '.signalbox.yml'), config(jobsOfPush));
  const busy = Array.from({ length: busyPushes }, (_, index) => next(`Busy ${index}`));
  git(tree, 'push', '--quiet', bare, 'HEAD:refs/ahead/all');
  return {
    bare,
    paced,
    busy,
    async push(client, { revision, before: was }) {
      git(bare, 'update-ref', 'refs/heads/main', revision);
      await client.call('report-push', { params: { repo: 'bench' }, body: { branch: 'main', revision, before: was } });
    },
  };
}

function config(jobs: number): string {
  const cells = Array.from({ length: jobs }, (_, index) => index + 1).join(', ');
  return `jobs:\n  nothing:\n    checkout: false\n    matrix: { part: [${cells}] }\n    steps: ['true']\n`;
}

function startWorker(address: string, data: string, number: number): Program {
  return startProgram(
    [
      'worker',
      '--server',
      address,
      '--pools',
      'default',
      '--name',
      `bench-${number}`,
      '--data',
      path.join(data, `worker-${number}`),
    ],
    { env: { SIGNALBOX_TOKEN_FILE: path.join(data, 'worker-token') } },
  );
}

/** Milliseconds from the report of a push to the claim of its job, for each of the paced pushes. */
async function pacedWaits(client: Client, repository: Repository): Promise<number[]> {
  const waits: number[] = [];
  for (const push of repository.paced) {
    const began = Date.now();
    await repository.push(client, push);
    const job = await until(
      'the job of the push',
      async () => {
        const { items } = await client.call('list-pushes', { params: { repo: 'bench' }, query: { limit: 1 } });
        if (items[0]?.revision !== push.revision) return undefined;
        const detail = await client.call('get-push', { params: { push: items[0].id } });
        return detail.pipelines[0]?.jobs.find((each) => each.state === 'done');
      },
      { seconds: 60 },
    );
    waits.push(Date.parse(job.startedAt!) - began);
  }
  return waits;
}

async function allEnded(client: Client, count: number): Promise<void> {
  await until(
    `${count} jobs to pass`,
    async () => {
      // The page of metrics costs the server some milliseconds: half a second between two looks keeps that out of the figures.
      await pause(500);
      const text = await (await fetch(`${client.server}/metrics`)).text();
      return Number(/^signalbox_runs_finished_total\{verdict="passed"\} (\d+)/m.exec(text)?.[1] ?? 0) >= count;
    },
    { seconds: 900 },
  );
}

async function allSealed(client: Client): Promise<boolean> {
  const { items } = await client.call('list-jobs', { query: { limit: 40 } });
  const details = await Promise.all(items.map((job) => client.call('get-job', { params: { job: job.id } })));
  return details.every((detail) => detail.runs.every((run) => run.logState === 'sealed'));
}
