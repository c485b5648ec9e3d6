// The whole worker: a run from its order to its verdict, against a real server that speaks the contract.
import { existsSync, readdirSync } from 'node:fs';
import { getPriority } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { textOf } from './kit/station.ts';
import { site } from './kit/worker.ts';

describe('a run', () => {
  test('of one step that passes is passed, and leaves nothing behind', async () => {
    const { station, start, dataDir } = await site();
    const run = station.submit({ steps: ['echo hello; pwd'] });
    const worker = await start();
    await station.finished(run);
    expect(run.finish).toMatchObject({ verdict: 'passed', reason: { code: 'all-steps-passed' } });
    expect(run.finish?.steps.map(({ name, state, exitCode }) => [name, state, exitCode])).toEqual([
      ['Set up', 'passed', null],
      ['step 1', 'passed', 0],
    ]);
    expect(textOf(run, 1)).toMatch(/^hello\n.*\/work\n$/);
    await worker.stop();
    expect(readdirSync(join(dataDir, 'runs'))).toEqual([]);
    expect(existsSync(join(dataDir, 'mirrors'))).toBe(false);
    expect(station.signOffs).toBe(2);
  });

  test('with a failing step is failed, runs only what always runs, and names the step', async () => {
    const { station, start } = await site();
    const run = station.submit({
      steps: [
        { name: 'lint', script: 'exit 3', mayFail: true },
        { name: 'test', script: 'echo broken; exit 7' },
        { name: 'deploy', script: 'echo never' },
        { name: 'clean', script: 'echo always', always: true },
      ],
    });
    await start();
    await station.finished(run);
    expect(run.finish).toMatchObject({ verdict: 'failed', reason: { code: 'step-failed' } });
    expect(run.finish?.reason.text).toBe('step "test" exited with 7');
    expect(run.finish?.steps.map(({ state, exitCode }) => [state, exitCode])).toEqual([
      ['passed', null],
      ['failed', 3],
      ['failed', 7],
      ['skipped', null],
      ['passed', 0],
    ]);
    expect(textOf(run, 4)).toBe('always\n');
  });

  test('warns in its log of a secret that is too short to be hidden safely, by its name alone', async () => {
    const { station, start } = await site();
    const run = station.submit({
      steps: ['true'],
      secrets: { PIN: '4711', PADDED: '   short   ', KEY: 'long enough' },
    });
    await start();
    await station.finished(run);
    const warnings = textOf(run, 0).match(/warning: the secret \w+ has fewer than 8 characters/g);
    expect(warnings?.map((text) => text.split(' ')[3])).toEqual(['PIN', 'PADDED']);
    expect(textOf(run, 0)).not.toMatch(/4711|short {2}/);
  });

  test.runIf(process.platform === 'linux')('stands back with its steps as far as the setting says', async () => {
    const { station, start } = await site({ stepNiceness: 3 });
    const run = station.submit({ steps: ['nice'] });
    await start();
    await station.finished(run);
    expect(textOf(run, 1)).toBe(`${Math.min(19, getPriority() + 3)}\n`);
  });

  test('goes the same way where its supervisor lives within the worker, as on Windows; handing over finishes it', async () => {
    const { station, start, dataDir, said } = await site();
    const run = station.submit({
      steps: ['echo hello; sleep 0.5', { script: 'cat out.txt', mayFail: true }, 'echo $KEY >out.txt; cat out.txt'],
      spec: { artifacts: ['out.txt'] },
      secrets: { KEY: 'correct-horse-battery' },
    });
    const worker = await start({ supervisor: null });
    await station.until('its first line', () => textOf(run, 1) === 'hello\n');
    await worker.handOver();
    expect(said.join('')).toContain('Runs cannot be handed over on this system');
    expect(run.finish?.steps.map(({ state }) => state)).toEqual(['passed', 'passed', 'failed', 'passed', 'passed']);
    expect([textOf(run, 1), textOf(run, 3)]).toEqual(['hello\n', '***\n']);
    expect(existsSync(join(dataDir, 'supervisors'))).toBe(false);
    expect(readdirSync(join(dataDir, 'runs'))).toEqual([]);
  });
});
