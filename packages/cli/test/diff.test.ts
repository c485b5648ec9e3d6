// `diff` in a real work tree, with a far side that only listens.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConfigCost, ConfigDiff } from '@signalbox/protocol';
import { expect, onTestFinished, test } from 'vitest';
import { sampleRepository } from '../../../test/kit/git.ts';
import { listener, signalbox } from './kit.ts';

const before = `jobs:
  build: { matrix: { os: [linux, mac] }, pool: old, steps: [make] }
`;
const after = before.replace('old', 'new').replace('[linux, mac]', '[linux, mac, win]');

async function repository() {
  const made = await sampleRepository();
  onTestFinished(() => made.remove());
  await made.bare();
  await made.commit({ files: { '.signalbox.yml': before } });
  await made.push('-u', 'main');
  return made;
}

test('the work tree is compared with what is pushed, commits with each other', async () => {
  const made = await repository();
  const diff = (...args: string[]) => signalbox(['diff', '--offline', ...args], { directory: made.path });
  expect(await diff('--exit-code')).toMatchObject({ code: 0, stdout: 'No difference: 2 lanes.\n' });
  await writeFile(join(made.path, '.signalbox.yml'), after);
  const told = await diff();
  expect(told).toMatchObject({ code: 0, stderr: '' });
  expect(told.stdout).toContain('Lanes: 1 added, 0 removed, 2 changed; 2 before, 3 now.');
  expect(told.stdout).toContain('~ build-linux, build-mac\n    pool: old → new  (.signalbox.yml:2)');
  expect(told.stdout).toContain('no server was asked');
  expect(await diff('--exit-code')).toMatchObject({ code: 1 });
  await made.commit({ files: { '.signalbox.yml': after } });
  expect((await diff('HEAD', 'HEAD~1')).stdout).toContain('1 removed');
  // Before the first configuration there are no lanes.
  expect((await diff('HEAD~2', 'HEAD')).stdout).toContain('3 added, 0 removed, 0 changed; 0 before');
  await made.commit({ files: { '.signalbox.yml': 'jobs: { a: { stpes: [x] } }\n' } });
  expect(await diff('HEAD~1', 'HEAD')).toMatchObject({ code: 2, stderr: expect.stringContaining('no key `stpes`') });
});

test('a server tells what lanes usually take, and the cost is made of that', async () => {
  const made = await repository();
  await writeFile(join(made.path, '.signalbox.yml'), after);
  const far = await listener(({ path }) => {
    if (path === '/api/v1/repos') return [200, { items: [{ name: 'app', url: made.path }] }];
    const items = [
      { name: 'build-linux', usualSeconds: 600 },
      { name: 'build-mac', usualSeconds: 900 },
    ];
    return [200, { items }];
  });
  const ran = await signalbox(['diff', '--json', '--server', far.url], { directory: made.path });
  const told = JSON.parse(ran.stdout) as ConfigDiff & { cost: ConfigCost; note: string | null };
  expect(far.heard.map(({ path }) => path)).toContain('/api/v1/repos/app/lanes?branch=main');
  expect(told.cost).toEqual({ beforeMinutes: 25, afterMinutes: 40, estimated: 1, unknown: 0 });
  expect(told.note).toBeNull();
  const text = await signalbox(['diff', '--server', far.url], { directory: made.path });
  expect(text.stdout).toContain('If every lane ran once: 25 machine-minutes before, 40 now (+15).');
});
