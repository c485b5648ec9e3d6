// Steps end in time, with everything they started; and what goes wrong around them is not their fault.
import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { directoryToRemove } from '../../../test/kit/temporary.ts';
import { until } from '../../../test/kit/wait.ts';
import { processesWith } from './kit/processes.ts';
import { textOf } from './kit/station.ts';
import { site } from './kit/worker.ts';

const isLinux = process.platform === 'linux';

describe('a limit', () => {
  test.each([
    ['takes too long', { timeoutSeconds: 0.4 }, 'step-timed-out', 'step "slow" took longer than 0.4 s'],
    ['prints nothing', { silentSeconds: 0.4 }, 'step-silent', 'step "slow" printed nothing for 0.4 s'],
  ] as const)('ends a step that %s, and says so', async (_what, limit, code, text) => {
    const { station, start } = await site();
    const run = station.submit({
      steps: [
        { name: 'slow', script: 'echo begin; sleep 60', ...limit },
        { name: 'after', script: 'echo after', always: true },
      ],
    });
    await start();
    await station.finished(run);
    expect(run.finish).toMatchObject({ verdict: 'failed', reason: { code, text } });
    expect(run.finish?.steps.map(({ state, exitCode }) => [state, exitCode])).toEqual([
      ['passed', null],
      ['failed', 143],
      ['passed', 0],
    ]);
    expect(textOf(run, 1)).toBe('begin\n');
  });

  test('of the job ends the run, whatever runs', async () => {
    const { station, start } = await site();
    const run = station.submit({
      steps: ['sleep 60', { script: 'true', always: true }],
      spec: { timeoutSeconds: 0.4 },
    });
    await start();
    await station.finished(run);
    expect(run.finish).toMatchObject({
      verdict: 'failed',
      reason: { code: 'job-timed-out', text: 'the job took longer than 0.4 s' },
    });
    expect(run.finish?.steps.map(({ state }) => state)).toEqual(['passed', 'failed', 'skipped']);
  });

  test('of silence does not end a step that goes on printing', async () => {
    const { station, start } = await site();
    const run = station.submit({
      steps: [{ script: 'for i in 1 2 3 4 5 6; do sleep 0.2; echo $i; done', silentSeconds: 0.9 }],
    });
    await start();
    await station.finished(run);
    expect(run.finish?.verdict).toBe('passed');
  });
});

describe('what a step started', () => {
  test('ends with it, also a process that ignores being asked', async () => {
    const { station, start } = await site();
    const word = `marker-${process.pid}-a`;
    const stubborn = `sh -c 'trap "" TERM HUP; : ${word}; while :; do sleep 1; done' &`;
    const run = station.submit({ steps: [`${stubborn} echo started`, 'echo next'] });
    await start();
    await station.finished(run);
    expect(textOf(run, 1)).toBe('started\n');
    expect(run.finish?.verdict).toBe('passed');
    if (isLinux) expect(processesWith(word)).toEqual([]);
  });

  test.runIf(isLinux)('ends with it, also a grandchild in a session of its own without the mark', async () => {
    const { station, start } = await site();
    const word = `marker-${process.pid}-b`;
    const leaving = (how: string) => `${how} setsid sh -c 'trap "" TERM; : ${word}; while :; do sleep 1; done' & `;
    const run = station.submit({
      steps: [`(${leaving('')}) & (${leaving('env -i PATH="$PATH"')}) & sleep 0.3; echo ok`],
    });
    await start();
    await station.finished(run);
    expect(textOf(run, 1)).toBe('ok\n');
    expect(processesWith(word)).toEqual([]);
  });

  test('is ended when the run is cancelled, and nothing it prints afterwards counts', async () => {
    const { station, start } = await site();
    const word = `marker-${process.pid}-c`;
    const run = station.submit({ steps: [`echo begin; sh -c ': ${word}; sleep 61; true'`] });
    await start();
    await station.until('its first line', () => textOf(run, 1) === 'begin\n' && run.renewals > 0);
    station.cancel(run, { code: 'cancelled-by-person', text: 'no more' });
    await station.finished(run);
    if (isLinux) expect(processesWith(word)).toEqual([]);
  });

  test('is told as 128 and its number when a signal ended it', async () => {
    const { station, start } = await site();
    const run = station.submit({ steps: [{ name: 'crash', script: 'kill -SEGV $$' }] });
    await start();
    await station.finished(run);
    expect(run.finish?.reason.text).toBe('step "crash" exited with 139 (SIGSEGV)');
  });
});

describe('the outputs of a step', () => {
  test.runIf(isLinux)('keep their order, and can be opened by name', async () => {
    const { station, start } = await site();
    const script = 'for i in 1 2 3 4 5; do echo "out $i"; echo "err $i" >&2; echo "dev $i" >/dev/stderr; done';
    const run = station.submit({ steps: [script] });
    await start();
    await station.finished(run);
    const expected = [1, 2, 3, 4, 5].map((index) => `out ${index}\nerr ${index}\ndev ${index}\n`).join('');
    expect(textOf(run, 1)).toBe(expected);
  });

  test('are the bytes that were printed, of any value', async () => {
    const { station, start } = await site();
    const script = 'const all = Buffer.alloc(65536, 0).map((_, i) => (i * 7) % 256); process.stdout.write(all)';
    const run = station.submit({ steps: [{ script, shell: 'node' }] });
    await start();
    await station.finished(run);
    expect(run.texts[1]?.equals(Buffer.alloc(65_536).map((_, index) => (index * 7) % 256))).toBe(true);
  });
});

describe('a shell', () => {
  test.each([
    ['sh', 'false; echo never', '', 'failed'],
    ['bash', 'false | true; echo never', '', 'failed'],
    ['bash', 'a=(1 2); [[ $a == 1 ]] && echo 2', '2\n', 'passed'],
    ['node', 'console.log(require("node:path").basename(process.cwd()))', 'work\n', 'passed'],
  ])('%s runs %j', async (shell, script, text, verdict) => {
    const { station, start } = await site();
    const run = station.submit({ steps: [{ script, shell }] });
    await start();
    await station.finished(run);
    expect([run.finish?.verdict, textOf(run, 1)]).toEqual([verdict, text]);
  });

  test('gets a script that is too long for an argument as a file', async () => {
    const { station, start } = await site();
    const run = station.submit({
      steps: [
        `: '${'x'.repeat(300_000)}'\necho long`,
        { shell: 'node', script: `/*${'x'.repeat(300_000)}*/ console.log('1')` },
      ],
    });
    await start();
    await station.finished(run);
    expect([textOf(run, 1), textOf(run, 2)]).toEqual(['long\n', '1\n']);
  });

  test('that this worker does not have is not the fault of the code', async () => {
    const { station, start } = await site();
    const run = station.submit({ steps: [{ name: 'build', script: 'dir', shell: 'cmd' }] });
    await start();
    await station.finished(run);
    expect(run.finish).toMatchObject({ verdict: 'errored', reason: { code: 'worker-failed' } });
    expect(run.finish?.reason.text).toBe('step "build" wants the shell "cmd", which this worker does not have');
  });

  test('finds nothing on its standard input', async () => {
    const { station, start } = await site();
    const run = station.submit({ steps: ['cat; echo done'] });
    await start();
    await station.finished(run);
    expect(textOf(run, 1)).toBe('done\n');
  });
});

const canMount = isLinux && process.getuid?.() === 0 && mounts();

describe.runIf(canMount)('a full disk (a real one: needs root and the right to mount)', () => {
  /** To be made before the worker that uses it, so that it goes after that. */
  async function smallDisk(megabytes = 4): Promise<string> {
    const disk = await directoryToRemove('disk');
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', disk.path]);
    onTestFinished(async () => {
      execFileSync('umount', ['-l', disk.path]);
      await disk.remove();
    });
    return disk.path;
  }

  test('ends the run that filled it as errored, with the log of it', async () => {
    const dataDir = await smallDisk();
    const { station, start } = await site({ fullBytes: 100_000 });
    const run = station.submit({ steps: [{ name: 'fill', script: 'dd if=/dev/zero of=big bs=1M count=9' }] });
    await start({ dataDir });
    await station.finished(run);
    expect(run.finish).toMatchObject({ verdict: 'errored', reason: { code: 'disk-full' } });
    expect(textOf(run, 1)).toContain('No space left on device');
  });

  test('by unsent log ends the run as errored, and what could be kept arrives', async () => {
    const dataDir = await smallDisk();
    const { station, start } = await site({ spoolMemoryBytes: 50_000, fullBytes: 1 });
    let isAway = true;
    station.fate = (id) => (id === 'append-log' && isAway ? 'not-ready' : 'answer');
    const run = station.submit({ steps: ['head -c 9000000 /dev/urandom | base64; sleep 30'] });
    await start({ dataDir });
    await station.until('the end', () => run.finish !== null);
    expect(run.finish).toMatchObject({ verdict: 'errored', reason: { code: 'disk-full' } });
    isAway = false;
    await station.finished(run);
  });

  test('costs the run that filled it, keeps its worker from work while it lasts, and no longer', async () => {
    const dataDir = await smallDisk(8);
    const { station, start, said } = await site({ fullBytes: 100_000, minFreeBytes: 4_000_000 });
    // What the run leaves outside of its own directory is not the worker's to remove.
    const fill = `dd if=/dev/zero of=${join(dataDir, 'other')} bs=1M count=5 && dd if=/dev/zero of=big bs=1M count=9`;
    const run = station.submit({ steps: [{ name: 'fill', script: fill }, 'echo never'] });
    await start({ dataDir });
    await station.finished(run);
    expect(run.finish).toMatchObject({ verdict: 'errored', reason: { code: 'disk-full' } });
    expect(run.finish?.steps.map(({ state }) => state)).toEqual(['passed', 'errored', 'skipped']);
    const claims = station.claims.size;
    const next = station.submit({ steps: ['echo next'] });
    await until('a word of it', () => said.some((line) => line.includes('no work is taken until')));
    expect([next.finish, station.claims.size]).toEqual([null, claims]);
    rmSync(join(dataDir, 'other'));
    await station.finished(next);
    expect(textOf(next, 1)).toBe('next\n');
    expect(said.some((line) => line.includes('There is disk again'))).toBe(true);
  });

  test('keeps a worker from taking work until it is cured', async () => {
    const dataDir = await smallDisk();
    const { station, start, said } = await site({ minFreeBytes: 3_000_000 });
    writeFileSync(join(dataDir, 'other'), Buffer.alloc(2_000_000));
    const run = station.submit({});
    await start({ dataDir });
    await until('a word of it', () => said.some((line) => line.includes('no work is taken until')));
    expect(station.calls.some(({ id }) => id === 'claim')).toBe(false);
    rmSync(join(dataDir, 'other'));
    await station.finished(run);
  });
});

function mounts(): boolean {
  try {
    execFileSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' });
    return true;
  } catch {
    return false; // A container without the right to mount.
  }
}
