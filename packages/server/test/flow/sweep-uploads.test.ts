// A server without the timetable removes what was sent to it and never finished, from its own disk.
import { utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryDirectory } from '../../../../test/kit/temporary.ts';
import { until } from '../../../../test/kit/wait.ts';
import { startSweepingUploads } from '../../src/flow/sweep-uploads.ts';
import { openUploadSpool } from '../../src/record/upload-spool.ts';

test('what is older than the limit goes at the start and from time to time, and what is younger stays', async () => {
  const directory = await temporaryDirectory('uploads');
  const spool = await openUploadSpool(directory);
  const begun = async (name: string, ageSeconds: number) => {
    const at = new Date(Date.now() - ageSeconds * 1000);
    await writeFile(join(directory, name), 'x');
    await utimes(join(directory, name), at, at);
  };
  await begun('upload-1-old', 5_000);
  await begun('upload-1-young', 10);
  const sweeping = startSweepingUploads({
    uploads: spool,
    recordLimits: { unfinishedSeconds: 1_000 },
    onFailure: (error) => {
      throw error;
    },
    everySeconds: 0.05,
  });
  onTestFinished(() => sweeping.stop());
  await until('the old one to go', async () => (await spool.count('upload-1-old')) === 0);
  await begun('upload-2-old', 5_000);
  await until('the next one to go', async () => (await spool.count('upload-2-old')) === 0);
  expect(await spool.count('upload-1-young')).toBe(1);
});
