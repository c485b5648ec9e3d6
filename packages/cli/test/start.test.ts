// The newcomer's way with real processes: start, look around, add a repository, stop, start again, leave nothing behind.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient, type JobBrief, type JobDetail, type Push } from '@signalbox/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type SampleRepository, sampleRepository } from '../../../test/kit/git.ts';
import { type Program, runProgram, startProgram } from '../../../test/kit/programs.ts';
import { directoryToRemove } from '../../../test/kit/temporary.ts';
import { until } from '../../../test/kit/wait.ts';
import { git } from '../src/git.ts';
import type { Holder } from '../src/start/lock.ts';
import { isAlive } from '../src/start/processes.ts';

const patience = 90;
const longTest = { timeout: (patience + 30) * 1000 };

let home: { path: string; remove: () => Promise<void> };
let data: string;
let own: SampleRepository;
let running: Program | undefined;
let address: string;

beforeAll(async () => {
  home = await directoryToRemove('start');
  data = join(home.path, 'data');
  own = await sampleRepository();
});

afterAll(async () => {
  await running?.stop('SIGTERM');
  await signalbox('down', '--purge', '--data', data);
  await own.remove();
  await home.remove();
}, 120_000);

const env = () => ({
  HOME: home.path,
  XDG_STATE_HOME: join(home.path, 'state'),
  XDG_CONFIG_HOME: join(home.path, 'config'),
  XDG_DATA_HOME: join(home.path, 'share'),
});
const signalbox = (...args: string[]) => runProgram(args, { env: env(), cwd: home.path });
const json = async <Value>(...args: string[]): Promise<Value> => {
  const ran = await signalbox(...args, '--json');
  return JSON.parse(ran.stdout) as Value;
};
const client = () => createClient({ server: address });
const holder = () => JSON.parse(readFileSync(join(data, 'start.json'), 'utf8')) as Holder;

async function start(...args: string[]): Promise<Program> {
  const program = startProgram(['start', '--data', data, '--port', '0', ...args], { env: env(), cwd: home.path });
  running = program;
  const line = await program.line(/ready at http/, patience);
  address = /http:\/\/[\d.:]+/.exec(line)![0];
  return program;
}

const pushes = async (): Promise<Push[]> =>
  (await client().call('list-pushes', { params: { repo: 'sample' }, query: { limit: 100 } })).items;
const jobs = async (): Promise<JobBrief[]> => (await client().call('list-jobs', { query: { limit: 500 } })).items;
const newest = async (name: string, branch: string): Promise<JobBrief> => {
  const { items } = await client().call('list-jobs', { query: { repo: 'sample', name, branch, limit: 1 } });
  return items[0]!;
};

describe.sequential('a newcomer', () => {
  test('starts with one command, and sees the first job pass', longTest, async () => {
    const program = await start();
    const line = await program.line(/first job passed after/, patience);
    expect(line).toMatch(/first job passed after \d+\.\d s/);
    expect(program.output).toContain(`${address}/repos/sample`);
    expect(program.output).not.toMatch(/error|warn/i);
  });

  test('finds a history: six pushes by four authors, on two branches', longTest, async () => {
    const found = await until('six pushes', async () => ((await pushes()).length === 6 ? pushes() : undefined), {
      seconds: patience,
    });
    expect(new Set(found.map((push) => push.author)).size).toBe(4);
    expect(found.map((push) => push.branch).filter((branch) => branch === 'main')).toHaveLength(5);
    expect(found[3]?.commitCount).toBe(2);
  });

  test('watches the newest push of main: it fails, and it is said why', longTest, async () => {
    const ran = await signalbox('watch', '--repo', 'sample', '--branch', 'main');
    expect(ran.code).toBe(10);
    expect(ran.output).toContain('test-windows');
    const failed = (await newest('test-windows', 'main'))!;
    expect(failed).toMatchObject({ verdict: 'failed', attributes: { platform: 'windows' } });
    expect(ran.stdout).toContain(`signalbox log ${failed.id}`);
    // The radio is flaky on purpose; all else that runs on main passes.
    const { items } = await client().call('list-jobs', { query: { branch: 'main', verdict: 'failed', limit: 500 } });
    expect(items.map((job) => job.name).filter((name) => name !== 'radio')).toEqual(['test-windows']);
  });

  test('reads the error with its file and line in the log', longTest, async () => {
    const ran = await signalbox('log', 'test-windows', '--repo', 'sample', '--branch', 'main');
    expect(ran.code).toBe(0);
    expect(ran.stdout).toMatch(/timetable\.test\.js:14:/);
    expect(ran.stdout).toContain("'23:50\\r'");
    expect(ran.stdout).toContain('1 Unit tests');
    expect(ran.stdout).not.toContain('\x1b');
  });

  test('finds colours in the raw log, an artifact, and the reason of a job that was left out', longTest, async () => {
    const build = await newest('build-linux', 'main');
    const raw = await signalbox('log', String(build.id), '--raw', '--step', '1');
    expect(raw.stdout).toContain('\x1b[32m●\x1b[0m src/route.js');
    const detail: JobDetail = await client().call('get-job', { params: { job: build.id } });
    expect(detail.runs[0]?.artifacts.map((one) => one.path)).toEqual(['dist/junction-linux.js']);
    expect(detail.pipeline.leftOut).toMatchObject([{ name: 'docs', kind: 'unchanged' }]);
  });

  test('sees the mended branch pass on all three platforms', longTest, async () => {
    await signalbox('watch', '--repo', 'sample', '--branch', 'mend-windows');
    for (const platform of ['linux', 'windows', 'macos']) {
      expect(await newest(`test-${platform}`, 'mend-windows')).toMatchObject({ verdict: 'passed' });
    }
  });

  test('is told that it runs already when starting twice', longTest, async () => {
    const ran = await signalbox('start', '--data', data);
    expect(ran.code).toBe(5);
    expect(ran.output).toContain(`already running at ${address}`);
  });

  test('pushes to the sample, and the hook tells of it', longTest, async () => {
    const tree = join(data, 'sample');
    await git(tree, ['commit', '--quiet', '--allow-empty', '-m', 'Mine']);
    await git(tree, ['push', '--quiet', 'origin', 'main'], { env: env() });
    await until('the push', async () => (await pushes())[0]?.title === 'Mine', { seconds: 20 });
  });

  test('adds a repository: its commits are built, its configuration is begun by init', longTest, async () => {
    const added = await signalbox('add', own.path, '--name', 'mine');
    expect(added.stdout).toContain('mine is registered');
    expect(added.stdout).toContain('no .signalbox.yml yet');
    expect((await signalbox('add', own.path, '--name', 'mine')).stdout).toContain('hook is there already');

    await own.commit({
      files: {
        '.signalbox.yml':
          'jobs:\n  quick: { steps: [echo hello, nice] }\n  slow: { steps: [echo begun; sleep 600] }\n  secret: { secrets: [WORD], steps: [echo "it is $WORD"] }\n',
      },
    });
    await until(
      'its jobs',
      async () => (await json<{ items: JobBrief[] }>('jobs', '--repo', 'mine')).items.length === 3,
    );
    expect((await signalbox('watch', 'quick', '--repo', 'mine')).code).toBe(0);
    const log = (await signalbox('log', 'quick', '--repo', 'mine', '--follow')).stdout;
    expect(log).toContain('hello\n');
    // Steps stand back behind the server: pages answer while this machine is busy.
    if (process.platform === 'linux') expect(log).toMatch(/^10$/m);
  });

  test('cancels a job that runs while its log is followed, and runs another again', longTest, async () => {
    const following = startProgram(['log', 'slow', '--repo', 'mine', '--follow'], { env: env(), cwd: home.path });
    await following.line(/begun/, patience);
    const watching = runProgram(['watch', 'slow', '--repo', 'mine'], { env: env(), cwd: home.path });
    expect((await signalbox('cancel', 'slow', '--repo', 'mine')).code).toBe(0);
    expect((await watching).code).toBe(12);
    expect(await following.ended).toMatchObject({ code: 0 });
    expect((await signalbox('cancel', 'slow', '--repo', 'mine')).code).toBe(5);

    expect((await signalbox('rerun', 'quick', '--repo', 'mine', '--watch')).code).toBe(0);
    expect((await json<{ items: JobBrief[] }>('jobs', '--repo', 'mine')).items.map((job) => job.name).sort()).toEqual([
      'quick',
      'secret',
      'slow',
    ]);
  });

  test('gives a job a secret that is never shown', longTest, async () => {
    const file = join(own.path, '..', 'word');
    await writeFile(file, 'open-sesame');
    expect((await signalbox('secret', 'set', 'mine', 'WORD', '--from-file', file)).code).toBe(0);
    expect((await signalbox('secret', 'list', 'mine')).stdout).toContain('WORD');
    expect((await signalbox('rerun', 'secret', '--repo', 'mine', '--watch')).code).toBe(0);
    const log = (await signalbox('log', 'secret', '--repo', 'mine')).stdout;
    expect(log).toContain('it is ');
    expect(log).not.toContain('open-sesame');
    expect((await signalbox('secret', 'remove', 'mine', 'WORD')).code).toBe(0);
  });

  test('makes a token: its secret alone on stdout, never listed again', longTest, async () => {
    const made = await signalbox('token', 'create', 'dana', '--scope', 'read', 'act', '--days', '90');
    const secret = made.stdout.trim();
    expect(secret).toMatch(/^\S{20,}$/);
    const { items } = await json<{ items: { id: number; name: string }[] }>('token', 'list');
    const listed = items.find((token) => token.name === 'dana');
    expect(JSON.stringify(items)).not.toContain(secret);
    expect((await signalbox('token', 'revoke', String(listed!.id))).code).toBe(0);
  });

  test('sees its worker, and a doctor with nothing to complain of', longTest, async () => {
    expect((await signalbox('workers')).stdout).toMatch(/local +(idle|busy)/);
    const ran = await signalbox('doctor');
    expect(ran.output).not.toContain('wrong');
    expect(ran.code).toBe(0);
  });

  test('has a worker that was killed started again', longTest, async () => {
    const before = holder().children;
    process.kill(before[1]!, 'SIGKILL');
    await running!.line(/the worker ended by SIGKILL; it is started again in 0.5 s/, 20);
    await until('another worker', () => holder().children[1] !== before[1], { seconds: 20 });
  });

  test('stops everything with Ctrl-C', longTest, async () => {
    const { children } = holder();
    expect(await running!.stop('SIGINT')).toEqual({ code: 0, signal: null });
    expect(children.filter(isAlive)).toEqual([]);
    expect(existsSync(join(data, 'start.json'))).toBe(false);
    expect(existsSync(join(data, 'postgres/cluster/postmaster.pid'))).toBe(false);
    expect(existsSync(join(home.path, 'state', 'signalbox'))).toBe(false);
  });

  test('goes on where it was with a second start: nothing comes twice', longTest, async () => {
    await start();
    const before = { pushes: await pushes(), jobs: (await jobs()).map((job) => job.id) };
    expect(before.pushes).toHaveLength(7);
    await until('an idle worker', async () => {
      const { items } = await client().call('list-workers', {});
      return items.some((worker) => worker.state === 'idle');
    });
    expect((await pushes()).map((push) => push.id)).toEqual(before.pushes.map((push) => push.id));
    expect((await jobs()).map((job) => job.id)).toEqual(before.jobs);
    expect(running!.output).not.toContain('first job passed');
  });

  test('leaves no process behind when start itself is killed, and starts again', longTest, async () => {
    const { children } = holder();
    await running!.kill9();
    await until('the end of its children', () => children.every((pid) => !isAlive(pid)), { seconds: 60 });
    expect(existsSync(join(data, 'postgres/cluster/postmaster.pid'))).toBe(false);
    await start('--no-sample');
  });

  test('ends it all at once with a second Ctrl-C, PostgreSQL too', longTest, async () => {
    const postgres = Number(readFileSync(join(data, 'postgres/cluster/postmaster.pid'), 'utf8').split('\n')[0]);
    const pids = [postgres, ...holder().children];
    running!.child.kill('SIGINT');
    expect(await running!.stop('SIGINT')).toEqual({ code: 0, signal: null });
    expect(pids.filter(isAlive)).toEqual([]);
    expect(running!.output).toMatch(/^stopped/m);
    await start('--no-sample');
  });

  test('takes our lines out of the hook with remove, and everything away with down --purge', longTest, async () => {
    const hook = join(own.path, '.git/hooks/post-commit');
    expect((await signalbox('remove', 'mine')).stdout).toContain('Our lines are out of');
    expect(existsSync(hook)).toBe(false);
    await signalbox('add', own.path, '--name', 'mine');
    expect((await stat(hook)).mode & 0o111).toBe(0o111);

    const ran = await signalbox('down', '--purge');
    expect(ran.code).toBe(0);
    expect(await running!.ended).toEqual({ code: 0, signal: null });
    expect(existsSync(hook)).toBe(false);
    expect(existsSync(data)).toBe(false);
    expect(readdirSync(join(home.path, 'state'))).toEqual([]);
  });
});

test('a server that cannot start is told with its last words, and nothing stays', longTest, async () => {
  const other = await directoryToRemove('broken');
  try {
    const ran = await runProgram(['start', '--data', other.path, '--port', '0'], {
      env: { ...env(), DATABASE_URL: 'postgres://127.0.0.1:1/none' },
    });
    expect(ran.code).toBe(1);
    expect(ran.output).toContain('ECONNREFUSED 127.0.0.1:1');
    expect(existsSync(join(other.path, 'start.json'))).toBe(false);
  } finally {
    await other.remove();
  }
});

test('down refuses to remove a directory that is not its own', async () => {
  const other = await directoryToRemove('other');
  try {
    await writeFile(join(other.path, 'precious'), 'x');
    expect((await signalbox('down', '--purge', '--data', other.path)).code).toBe(2);
    expect((await signalbox('start', '--data', other.path)).code).toBe(2);
    expect(existsSync(join(other.path, 'precious'))).toBe(true);
  } finally {
    await other.remove();
  }
});
