// The log of a child on disk: short, and no reason to end.
import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../../../test/kit/temporary.ts';
import { openLogFile } from '../src/start/log-file.ts';

test('a log is kept short while it is written, and goes on where it was', async () => {
  const file = join(await temporaryDirectory('log'), 'server.log');
  const troubles: Error[] = [];
  for (const start of [0, 100]) {
    const log = openLogFile(file, 1_000, (error) => troubles.push(error));
    for (let line = start; line < start + 100; line++) {
      await new Promise<void>((resolve) => {
        log.write(`line ${String(line).padStart(4)}, and some more of it\n`, () => resolve());
      });
    }
    log.end();
    await finished(log);
  }
  expect(troubles).toEqual([]);
  const sizes = await Promise.all([file, `${file}.1`].map(async (one) => (await stat(one)).size));
  expect(Math.max(...sizes)).toBeLessThanOrEqual(1_000);
  expect(await readFile(file, 'utf8')).toMatch(/line {2}199, and some more of it\n$/);
});

test('a log that cannot be written is told of, and ends nothing', async () => {
  const directory = await temporaryDirectory('log');
  const file = join(directory, 'server.log');
  await mkdir(file);
  const troubles: Error[] = [];
  const log = openLogFile(file, 1_000_000, (error) => troubles.push(error));
  log.write('lost\n');
  log.end('lost too\n');
  await finished(log);
  expect(troubles[0]?.message).toContain('EISDIR');
  expect(await readdir(directory)).toEqual(['server.log']);
});
