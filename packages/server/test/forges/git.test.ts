// Git as a guarded command: what it may not do, and how it is ended.
import { chmod, chown, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { sampleRepository } from '../../../../test/kit/git.ts';
import { temporaryDirectory } from '../../../../test/kit/temporary.ts';
import { until } from '../../../../test/kit/wait.ts';
import { git } from '../../src/forges/git.ts';
import { gitEnvironment } from '../../src/forges/git-environment.ts';
import { explainFetch, GitFailed, type MirrorsOptions, openMirrors } from '../../src/forges/index.ts';

test('a remote that never answers is ended by the time limit, and its process is gone', async () => {
  const remote = await silentServer();
  const mirrors = await opened({ timeoutSeconds: 0.3 });
  const mirror = mirrors.of('app', `git://127.0.0.1:${remote.port}/app.git`);
  const failure = await failureOf(mirror.askRemote());
  expect(failure).toMatchObject({ why: 'time', message: expect.stringContaining('did not end within 0.3 s') });
  expect(explainFetch(failure, mirror.remote)).toBe(
    `Cannot read git://127.0.0.1:${remote.port}/app.git: it did not end within 0.3 s.`,
  );
  await until('the connection of git to close', () => remote.open.size === 0);
});

test('a git that works is ended when it is called off', async () => {
  const remote = await silentServer();
  const mirrors = await opened();
  const stop = new AbortController();
  const asked = failureOf(mirrors.of('app', `git://127.0.0.1:${remote.port}/app.git`).askRemote(stop.signal));
  await until('git to connect', () => remote.open.size === 1);
  stop.abort();
  expect(await asked).toMatchObject({ why: 'cancelled' });
  await until('the connection of git to close', () => remote.open.size === 0);
  expect(await failureOf(mirrors.of('app', '/nowhere').askRemote(stop.signal))).toMatchObject({ why: 'cancelled' });
});

test('a git that prints without end is ended by the output limit', async () => {
  const directory = await temporaryDirectory();
  const call = { directory, environment: gitEnvironment(directory, 'none'), timeoutSeconds: 10, outputBytes: 1000 };
  expect(await failureOf(git(['help', '--all'], call))).toMatchObject({ why: 'output' });
});

test('an error says the command, the exit code and the last words of git', async () => {
  const directory = await temporaryDirectory();
  const call = { directory, environment: gitEnvironment(directory, 'none'), timeoutSeconds: 10, outputBytes: 1000 };
  const failure = await failureOf(git(['ls-remote', 'https://ci:s3cret@host.invalid/x'], call));
  expect(failure).toMatchObject({ why: 'exit', exitCode: 128, lastWords: "fatal: transport 'https' not allowed" });
  expect(failure.message).toBe(
    "`git ls-remote https://host.invalid/x` failed with exit code 128: fatal: transport 'https' not allowed",
  );
});

test('nothing of the environment that the server runs in reaches git: not the GIT_DIR of a hook that started it', async () => {
  vi.stubEnv('GIT_DIR', '/nonsense');
  vi.stubEnv('GIT_WORK_TREE', '/nonsense');
  vi.stubEnv('GIT_EXTERNAL_DIFF', '/nonsense');
  vi.stubEnv('SECRET_OF_THE_SERVER', 'x');
  onTestFinished(() => void vi.unstubAllEnvs());
  const environment = gitEnvironment('/mirrors', 'none');
  expect(Object.keys(environment)).not.toContain('GIT_DIR');
  expect(Object.keys(environment)).not.toContain('GIT_WORK_TREE');
  expect(Object.values(environment)).not.toContain('/nonsense');
  expect(Object.keys(environment)).not.toContain('SECRET_OF_THE_SERVER');
});

test.each(['ext::sh -c "touch owned"', 'fd::3'])('%s would not run even if it came as far as git', async (url) => {
  const directory = await temporaryDirectory();
  for (const transport of ['none', 'path', 'https', 'http', 'ssh', 'git', 'file'] as const) {
    const environment = gitEnvironment(directory, transport, { 'remote.origin.url': url });
    const call = { directory, environment, timeoutSeconds: 10, outputBytes: 1000 };
    expect(await failureOf(git(['ls-remote', 'origin'], call))).toMatchObject({
      lastWords: expect.stringContaining('not allowed'),
    });
  }
  expect(await readdir(directory)).toEqual([]);
});

test('no hook runs, neither one in the mirror nor one of the repository', async () => {
  const sample = await sampleRepository();
  onTestFinished(sample.remove);
  const mirrors = await opened();
  const mirror = mirrors.of('app', sample.path);
  await mirror.fetch();
  const traces = await temporaryDirectory();
  for (const hooks of [join(mirror.gitDirectory, 'hooks'), join(sample.path, '.git', 'hooks')]) {
    await mkdir(hooks, { recursive: true });
    for (const hook of ['reference-transaction', 'post-checkout', 'pre-auto-gc', 'post-update', 'update']) {
      await writeFile(join(hooks, hook), `#!/bin/sh\ntouch ${traces}/${hook}\n`);
      await chmod(join(hooks, hook), 0o755);
    }
  }
  await sample.commit();
  await rmTraces(traces);
  await mirror.fetch();
  expect(await readdir(traces)).toEqual([]);
  expect((await mirror.heads()).get('main')).toBe(await sample.git('rev-parse', 'HEAD'));
});

test.runIf(process.getuid?.() === 0)('a repository that belongs to another account can be read', async () => {
  const sample = await sampleRepository();
  onTestFinished(sample.remove);
  await chown(sample.path, 12345, 12345);
  await chown(join(sample.path, '.git'), 12345, 12345);
  const mirrors = await opened();
  const mirror = mirrors.of('app', sample.path);
  await mirror.fetch();
  expect((await mirror.heads()).size).toBe(1);
});

/** The sample's own commit ran the sample's own hooks: that is git as a person uses it. */
async function rmTraces(traces: string): Promise<void> {
  for (const trace of await readdir(traces)) await rm(join(traces, trace));
}

async function opened(options: MirrorsOptions = {}) {
  const mirrors = await openMirrors(await temporaryDirectory('mirrors'), options);
  onTestFinished(() => mirrors.close());
  return mirrors;
}

/** Takes connections and says nothing. */
async function silentServer() {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => open.delete(socket));
    socket.resume();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { port: address.port, open };
}

async function failureOf(work: Promise<unknown>): Promise<GitFailed> {
  const failure = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (failure instanceof GitFailed) return failure;
  throw new Error(`no failure of git: ${failure}`);
}
