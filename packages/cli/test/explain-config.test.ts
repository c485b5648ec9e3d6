// `explain-config` in a real work tree, without any server.
import { expect, onTestFinished, test } from 'vitest';
import { sampleRepository } from '../../../test/kit/git.ts';
import { signalbox } from './kit.ts';

const before = `templates: { linux: { pool: old-linux } }
jobs:
  build: { template: linux, matrix: { cc: [gcc, clang] }, steps: ["CC=\${{ matrix.cc }} make"] }
`;

test('a field of a lane is told with the lines that made it, now and at a commit', async () => {
  const made = await sampleRepository();
  onTestFinished(() => made.remove());
  await made.commit({ files: { '.signalbox.yml': before } });
  await made.commit({ files: { '.signalbox.yml': before.replace('old-linux', 'linux') } });
  const ask = (...args: string[]) => signalbox(['explain-config', ...args], { directory: made.path });

  const pool = await ask('build-gcc.pool');
  expect(pool).toMatchObject({ code: 0, stderr: '' });
  expect(pool.stdout).toContain('build-gcc.pool = linux\n');
  expect(pool.stdout).toContain('.signalbox.yml:3:22  the template `linux` is applied');
  expect((await ask('build-gcc.pool', '--rev', 'HEAD~1')).stdout).toContain('= old-linux');

  const { lane, fields } = JSON.parse((await ask('build-clang', '--json')).stdout) as {
    lane: string;
    fields: { field: string; value: unknown; chain: { kind: string; line: number }[] }[];
  };
  expect(lane).toBe('build-clang');
  const script = fields.find(({ field }) => field === 'steps[0].script');
  expect(script).toMatchObject({
    value: 'CC=clang make',
    chain: [{ kind: 'written', line: 3 }, {}, { kind: 'matrix' }],
  });

  expect(await ask('build-gcc.poool')).toMatchObject({ code: 3, stderr: expect.stringContaining('mean `pool`?') });
  expect(await ask('build.pool')).toMatchObject({ code: 3, stderr: expect.stringContaining('`build-gcc`') });
});

test('a configuration with mistakes is told as `plan` tells it', async () => {
  const made = await sampleRepository();
  onTestFinished(() => made.remove());
  await made.commit({ files: { '.signalbox.yml': 'jobs: { a: { stpes: [x] } }\n' } });
  const ran = await signalbox(['explain-config', 'a'], { directory: made.path });
  expect(ran).toMatchObject({
    code: 2,
    stdout: expect.stringContaining('.signalbox.yml:1:14: a job has no key `stpes`'),
  });
});
