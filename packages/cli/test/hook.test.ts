// Hooks: real repositories, real pushes, a far side that listens.
import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { sampleRepository } from '../../../test/kit/git.ts';
import { signalboxProgram } from '../../../test/kit/programs.ts';
import { temporaryDirectory } from '../../../test/kit/temporary.ts';
import { until } from '../../../test/kit/wait.ts';
import { installHook, removeHook } from '../src/hook.ts';
import { findLocalRepository } from '../src/local-repository.ts';
import { listener } from './kit.ts';

const told = () => [202, {}] as const;
/** The built command, as a hook has it. */
const ownCommand = (args: readonly string[]) => [process.execPath, signalboxProgram, ...args];
const zeros = '0'.repeat(40);

async function repository() {
  const made = await sampleRepository();
  onTestFinished(() => made.remove());
  return made;
}

async function bareWithHook(url: string, existing?: string) {
  const made = await repository();
  const bare = await made.bare();
  const file = join(bare, 'hooks', 'post-receive');
  if (existing !== undefined) {
    await mkdir(join(bare, 'hooks'), { recursive: true });
    await writeFile(file, existing);
    await chmod(file, 0o755);
  }
  const local = (await findLocalRepository(bare, '/'))!;
  const command = ownCommand(['push', 'report', 'api', '--hook', '--server', url]);
  return { made, bare, file, local, command, installed: await installHook(local, 'api', command) };
}

test('a push to a bare repository with the hook is told with its branch and both heads', async () => {
  const far = await listener(told);
  const { made } = await bareWithHook(far.url);
  const first = await made.git('rev-parse', 'HEAD');
  const printed = await made.push();
  expect(printed).toContain(`signalbox: ${far.url}/repos/api`);
  const second = await made.commit();
  await made.push();
  expect(far.heard.map(({ path, body }) => ({ path, body }))).toEqual([
    { path: '/api/v1/repos/api/pushes', body: { branch: 'main', revision: first, before: zeros } },
    { path: '/api/v1/repos/api/pushes', body: { branch: 'main', revision: second, before: first } },
  ]);
});

test('a push of several branches tells each; a tag tells nothing; a deletion is told', async () => {
  const far = await listener(told);
  const { made } = await bareWithHook(far.url);
  await made.git('branch', 'other');
  await made.git('tag', 'v1');
  await made.push('main', 'other', 'v1');
  expect(far.heard.map(({ body }) => (body as { branch: string }).branch).sort()).toEqual(['main', 'other']);
  await made.push('--delete', 'other');
  expect(far.heard.at(-1)?.body).toMatchObject({ branch: 'other', revision: zeros });
});

test('a hook that is there keeps its work, its input and its end', async () => {
  const far = await listener(told);
  const existing = '#!/bin/sh\ncat > "$GIT_DIR/seen"\nexit 0\n';
  const { made, bare, file, local } = await bareWithHook(far.url, existing);
  const head = await made.git('rev-parse', 'HEAD');
  await made.push();
  expect(await readFile(join(bare, 'seen'), 'utf8')).toBe(`${zeros} ${head} refs/heads/main\n`);
  expect(far.heard).toHaveLength(1);

  expect(await removeHook(local, 'api')).toBe(file);
  expect(await readFile(file, 'utf8')).toBe(existing);
});

test('installing a hook again changes nothing, and one of a server elsewhere is brought up to date', async () => {
  const { local, file, command, installed } = await bareWithHook('http://127.0.0.1:1');
  expect(installed.kind).toBe('installed');
  const before = await readFile(file, 'utf8');
  expect((await installHook(local, 'api', command)).kind).toBe('unchanged');
  expect(await readFile(file, 'utf8')).toBe(before);
  const other = await installHook(local, 'api', ownCommand(['push', 'report', 'api', '--server', 'http://other']));
  expect(other.kind).toBe('renewed');
  expect((await readFile(file, 'utf8')).match(/>>> signalbox/g)).toHaveLength(1);
});

test('removing the only hook removes its file', async () => {
  const { local, file } = await bareWithHook('http://127.0.0.1:1');
  await removeHook(local, 'api');
  await expect(readFile(file)).rejects.toThrow('ENOENT');
  expect(await removeHook(local, 'api')).toBeUndefined();
});

test('a hook that is no shell script is left alone', async () => {
  const existing = '#!/usr/bin/env python3\nprint(1)\n';
  const { file, installed } = await bareWithHook('http://127.0.0.1:1', existing);
  expect(installed).toMatchObject({ kind: 'left-alone', why: 'the hook that is there is no shell script' });
  expect(await readFile(file, 'utf8')).toBe(existing);
});

test('hooks that all repositories of a person share are left alone', async () => {
  const made = await repository();
  await made.git('config', 'core.hooksPath', await temporaryDirectory('shared-hooks'));
  const local = (await findLocalRepository(made.path, '/'))!;
  expect(await installHook(local, 'api', ['true'])).toMatchObject({ kind: 'left-alone' });
});

test('a push succeeds when nobody listens, and says that it was not told', async () => {
  const { made } = await bareWithHook('http://127.0.0.1:1');
  const printed = await made.push();
  expect(printed).toContain('signalbox was not told');
});

test('a push succeeds when the start that the hook belongs to does not run', async () => {
  const made = await repository();
  const local = (await findLocalRepository(await made.bare(), '/'))!;
  const data = await temporaryDirectory('data');
  await installHook(local, 'api', ownCommand(['push', 'report', 'api', '--hook', '--data', data]));
  expect(await made.push()).toContain(`No Signalbox runs with ${data}`);
});

test('a push waits no longer than 5 s for a server that does not answer', async () => {
  const far = await listener(() => 'silent');
  const { made } = await bareWithHook(far.url);
  const before = performance.now();
  const printed = await made.push();
  expect(performance.now() - before).toBeLessThan(7000);
  expect(printed).toContain('no answer within 4 s');
});

test('a commit in a work tree with the hook is told with its branch', async () => {
  const far = await listener(told);
  const made = await repository();
  const local = (await findLocalRepository(made.path, '/'))!;
  expect(local.kind).toBe('work-tree');
  await installHook(local, 'api', ownCommand(['push', 'report', 'api', '--hook', '--server', far.url]));
  const head = await made.commit();
  await until('the report', () => far.heard.length > 0);
  expect(far.heard[0]?.body).toEqual({ branch: 'main', revision: head });
});

test('a path with spaces and quotes is no danger to the hook', async () => {
  const far = await listener(told);
  const made = await repository();
  const place = join(await temporaryDirectory('odd'), "it's here");
  await promisify(execFile)('git', ['clone', '--quiet', '--bare', made.path, place]);
  const local = (await findLocalRepository(place, '/'))!;
  const odd = [
    'sh',
    '-c',
    `cat >/dev/null; printf %s "$1" > '${await temporaryDirectory('out')}/said'`,
    'x',
    "a'b $(c)",
  ];
  const { file } = await installHook(local, 'api', odd);
  await promisify(execFile)('sh', ['-n', file]);
  await installHook(local, 'api', ownCommand(['push', 'report', 'api', '--hook', '--server', far.url]));
  await made.git('push', '--quiet', place, 'HEAD:refs/heads/new');
  expect(far.heard).toHaveLength(1);
});
