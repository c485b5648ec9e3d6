// A worker process may end at any instant: its steps go on, and the next start goes on with their runs as if nothing had
// happened. The worker, its supervisor and the steps are real processes; the server is a station.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { until } from '../../../test/kit/wait.ts';
import { crashPoints } from '../src/crash-point.ts';
import { processesWith } from './kit/processes.ts';
import { endSupervisors, namesIn, program, runDirectoryIn, supervisorsOf } from './kit/program.ts';
import { type Station, type StationRun, textOf } from './kit/station.ts';
import { site } from './kit/worker.ts';

const isWindows = process.platform === 'win32';
/** A test that starts node twice must pass on a machine that is busy with others. */
const patient = 60_000;

const begun = (station: Station, run: StationRun) =>
  station.until('its first line', () => textOf(run, 1).startsWith('begin\n'), 30);
const callsOf = (station: Station, id: string) => station.calls.filter((call) => call.id === id).length;
/** Goes on when the test makes the file in its workspace. */
const untilTold = (file: string) => `until [ -e ${file} ]; do sleep 0.05; done`;

function tell(dataDir: string, file: string): void {
  writeFileSync(join(runDirectoryIn(dataDir), 'work', file), '');
}

describe.skipIf(isWindows)('a worker that is killed in the middle of its runs', () => {
  test(
    'is followed by one that goes on with all of them: no step ends, no byte is lost or doubled',
    async () => {
      const own = await site();
      const { station, dataDir } = own;
      const lines = 60;
      const count = `echo begin; i=0; while [ $i -lt ${lines} ]; do echo "line $i"; i=$((i+1)); sleep 0.05; done`;
      const runs = [1, 2, 3].map((number) =>
        station.submit({
          steps: [
            `echo "I am ${number}"`,
            `${count}; echo ${number} >out.txt`,
            { script: 'cat out.txt', always: true },
          ],
          spec: { artifacts: ['out.txt'] },
        }),
      );
      const first = program(own, { args: ['--capacity', '3'] });
      await station.until('lines of all', () => runs.every((run) => textOf(run, 2).includes('line 3\n')), 40);
      await first.kill('SIGKILL');
      const claims = station.claims.size;
      const before = runs.map((run) => ({ claimId: run.order.claimId, bytes: textOf(run, 2).length }));
      const calls = station.calls.length;
      program(own, { args: ['--capacity', '3'] });
      for (const run of runs) await station.finished(run, 40);
      // Renewed among the first calls, and no run was claimed for them.
      expect(station.calls.slice(calls, calls + 6).map(({ id }) => id)).toContain('renew');
      expect([...station.claims.values()].slice(0, claims).filter(Boolean)).toEqual(
        runs.map(({ order }) => order.runId),
      );
      const expected = `begin\n${Array.from({ length: lines }, (_, index) => `line ${index}\n`).join('')}`;
      for (const [index, run] of runs.entries()) {
        expect(run.order.claimId).toBe(before[index]?.claimId);
        expect(before[index]!.bytes).toBeLessThan(expected.length);
        expect(digest(textOf(run, 2))).toBe(digest(expected));
        expect(textOf(run, 3)).toBe(`${index + 1}\n`);
        expect(run.artifacts.get('out.txt')?.toString()).toBe(`${index + 1}\n`);
        expect(run.finish).toMatchObject({ verdict: 'passed', reason: { text: 'all 3 steps passed' } });
        // The board goes on: what began before the kill keeps its beginning.
        const told = run.reports.find((steps) => steps[2]?.state === 'running')![2]!;
        expect(run.finish?.steps[2]).toMatchObject({ state: 'passed', exitCode: 0, startedAt: told.startedAt });
        expect(run.finish?.steps.map(({ state }) => state)).toEqual(Array(5).fill('passed'));
      }
      await until('the directories to go', () => namesIn(join(dataDir, 'runs')).length === 0);
      await until('the first supervisor to end', () => supervisorsOf(dataDir).length === 1);
    },
    patient,
  );

  test(
    'learns how a step ended while there was none, and goes on with the next',
    async () => {
      const own = await site();
      const { station, dataDir } = own;
      const run = station.submit({
        steps: [
          { name: 'wrong', script: `echo begin; ${untilTold('go')}; echo end; exit 7` },
          'echo never',
          { script: 'echo always', always: true },
        ],
      });
      const { kill } = program(own);
      await begun(station, run);
      await kill('SIGKILL');
      tell(dataDir, 'go');
      const word = runDirectoryIn(dataDir);
      await until('the step to end', () => processesWith(word).length === 0 && existsSync(join(word, 'work', 'go')));
      program(own);
      await station.finished(run, 30);
      expect(textOf(run, 1)).toBe('begin\nend\n');
      expect(textOf(run, 3)).toBe('always\n');
      expect(run.finish).toMatchObject({ verdict: 'failed', reason: { text: 'step "wrong" exited with 7' } });
      expect(run.finish?.steps.map(({ state, exitCode }) => [state, exitCode])).toEqual([
        ['passed', null],
        ['failed', 7],
        ['skipped', null],
        ['passed', 0],
      ]);
    },
    patient,
  );

  test(
    'twice is followed twice',
    async () => {
      const own = await site();
      const { station, dataDir } = own;
      const run = station.submit({ steps: [`echo begin; ${untilTold('go')}; echo end`, 'echo next'] });
      const first = program(own);
      await begun(station, run);
      await first.kill('SIGKILL');
      const second = program(own);
      await until('it to be taken up', () => second.said.join('').includes('is taken up'), { seconds: 30 });
      await second.kill('SIGKILL');
      const third = program(own);
      await until('it to be taken up again', () => third.said.join('').includes('is taken up'), { seconds: 30 });
      tell(dataDir, 'go');
      await station.finished(run, 30);
      expect([textOf(run, 1), textOf(run, 2)]).toEqual(['begin\nend\n', 'next\n']);
      expect(run.finish?.verdict).toBe('passed');
    },
    patient,
  );

  test(
    'leaves no secret on disk, and the next one has it for the steps that follow and masks it across the seam',
    async () => {
      const own = await site();
      const { station, dataDir } = own;
      const secret = 'correct-horse-battery';
      // The log must go through the disk.
      station.fate = (id) => (id === 'append-log' && !goesOn ? 'not-ready' : 'answer');
      let goesOn = false;
      const run = station.submit({
        steps: [
          `echo "$KEY"; printf %s "before correct-ho"; touch half; ${untilTold('go')}; printf '%s\\n' "rse-battery after"`,
          'echo "again $KEY"; printf %s "$KEY" | wc -c',
        ],
        secrets: { KEY: secret },
      });
      const { kill } = program(own, { settings: { spoolMillis: 50 } });
      await until('the first half', () => isThere(dataDir, 'half'), { seconds: 30 });
      await until('its log on disk', () => namesIn(join(runDirectoryIn(dataDir), 'spool')).length > 0);
      await kill('SIGKILL');
      expect(filesWith(dataDir, Buffer.from(secret))).toEqual([]);
      expect(filesWith(dataDir, Buffer.from('correct-ho'))).toEqual([]);
      goesOn = true;
      program(own);
      await until('it to be asked', () => callsOf(station, 'renew') > 0, { seconds: 30 });
      tell(dataDir, 'go');
      await station.finished(run, 30);
      expect(textOf(run, 1)).toBe('***\nbefore *** after\n');
      expect(textOf(run, 2)).toMatch(/^again \*\*\*\n\s*21\n$/);
    },
    patient,
  );

  test(
    'holds the output of a step at the limit of the spool meanwhile, and drops nothing',
    async () => {
      const own = await site();
      const { station, dataDir } = own;
      const bytes = 400_000;
      const run = station.submit({
        steps: [{ script: `echo begin; ${untilTold('go')}; cat data; touch done; echo end`, silentSeconds: 5 }],
      });
      const settings = { spoolBytes: 30_000, logChunkBytes: 4_096 };
      const { kill } = program(own, { settings });
      await begun(station, run);
      const data = Buffer.from(createHash('sha512').update('a').digest('hex').repeat(1)).toString();
      const noise = pseudoRandom(data, bytes);
      writeFileSync(join(runDirectoryIn(dataDir), 'work', 'data'), noise);
      await kill('SIGKILL');
      tell(dataDir, 'go');
      const spool = join(runDirectoryIn(dataDir), 'spool');
      await until('the spool to be full', () => sizeOf(spool) >= 20_000, { seconds: 20 });
      expect(isThere(dataDir, 'done')).toBe(false);
      expect(sizeOf(spool)).toBeLessThan(300_000);
      program(own, { settings });
      await station.finished(run, 40);
      expect(run.finish?.verdict).toBe('passed');
      expect(digest(textOf(run, 1))).toBe(digest(`begin\n${noise}end\n`));
    },
    patient,
  );

  test.each([
    ['time', { timeoutSeconds: 3 }, 'sleep 60', 'step-timed-out', 'step "slow" took longer than 3 s'],
    ['silence', { silentSeconds: 3 }, 'sleep 60', 'step-silent', 'step "slow" printed nothing for 3 s'],
  ] as const)(
    'still has the limit of a step in %s: it goes on counting',
    async (_what, limit, script, code, text) => {
      const own = await site();
      const { station, dataDir } = own;
      const word = `marker-${process.pid}-${code}`;
      const run = station.submit({ steps: [{ name: 'slow', script: `: ${word}; echo begin; ${script}`, ...limit }] });
      const { kill } = program(own);
      await begun(station, run);
      await station.until('a report', () => run.reports.length > 0);
      await kill('SIGKILL');
      // No worker is there, and the step ends in time all the same.
      await until('the step to be ended', () => processesWith(word).length === 0, { seconds: 20 });
      expect(existsSync(runDirectoryIn(dataDir))).toBe(true);
      program(own);
      await station.finished(run, 30);
      expect(run.finish).toMatchObject({ verdict: 'failed', reason: { code, text } });
      const { startedAt, endedAt } = run.finish!.steps[1]!;
      const seconds = (Date.parse(endedAt!) - Date.parse(startedAt!)) / 1_000;
      expect(seconds).toBeGreaterThan(2.5);
      expect(seconds).toBeLessThan(12);
    },
    patient,
  );

  test(
    'still has the limit of the job: what has passed of it counts',
    async () => {
      const own = await site();
      const { station } = own;
      const run = station.submit({ steps: ['echo begin; sleep 60'], spec: { timeoutSeconds: 4 } });
      const { kill } = program(own);
      await begun(station, run);
      await kill('SIGKILL');
      program(own);
      await station.finished(run, 30);
      expect(run.finish).toMatchObject({ verdict: 'failed', reason: { code: 'job-timed-out' } });
      const { startedAt, endedAt } = run.finish!.steps[1]!;
      expect(Date.parse(endedAt!) - Date.parse(startedAt!)).toBeLessThan(20_000);
    },
    patient,
  );

  test(
    'and whose run was cancelled meanwhile is followed by one that ends it',
    async () => {
      const own = await site();
      const { station } = own;
      const word = `marker-${process.pid}-cancel`;
      const run = station.submit({ steps: [`echo begin; sh -c ': ${word}; sleep 61; true'`] });
      const { kill } = program(own);
      await begun(station, run);
      await kill('SIGKILL');
      station.cancel(run, { code: 'cancelled-by-person', text: 'no more' });
      program(own);
      await station.finished(run, 30);
      expect(run.finish).toMatchObject({ verdict: 'cancelled', reason: { text: 'no more' } });
      expect(run.finish?.steps.map(({ state }) => state)).toEqual(['passed', 'cancelled']);
      expect(processesWith(word)).toEqual([]);
    },
    patient,
  );

  test(
    'and which lost its claim meanwhile is followed by one that ends the steps and writes nothing',
    async () => {
      const own = await site();
      const { station, dataDir } = own;
      const word = `marker-${process.pid}-lost`;
      const run = station.submit({ steps: [`echo begin; : ${word}; ${untilTold('go')}; echo never`, 'echo never'] });
      const { kill } = program(own);
      await begun(station, run);
      await kill('SIGKILL');
      station.lose(run);
      const texts = [...run.texts];
      program(own);
      await until('its processes to end', () => processesWith(word).length === 0, { seconds: 30 });
      await until('its directory to go', () => namesIn(join(dataDir, 'runs')).length === 0);
      expect(run.finish).toBeNull();
      expect(run.texts).toEqual(texts);
    },
    patient,
  );

  test(
    'while no server is there goes on all the same: the steps that follow, and the verdict later',
    async () => {
      const own = await site();
      const { station, dataDir } = own;
      const run = station.submit({
        steps: [`echo begin; ${untilTold('go')}; echo end`, `echo next; touch reached; ${untilTold('on')}`],
      });
      const { kill } = program(own);
      await begun(station, run);
      await station.goAway();
      await kill('SIGKILL');
      tell(dataDir, 'go');
      program(own);
      await until('the next step', () => isThere(dataDir, 'reached'), { seconds: 30 });
      tell(dataDir, 'on');
      await until('the result on disk', () => existsSync(join(runDirectoryIn(dataDir), 'result.json')), {
        seconds: 20,
      });
      await station.comeBack();
      await station.finished(run, 30);
      expect(run.finish?.verdict).toBe('passed');
      expect([textOf(run, 1), textOf(run, 2)]).toEqual(['begin\nend\n', 'next\n']);
    },
    patient,
  );

  test(
    'and is never followed: its steps are ended after a while, and a late start says so',
    async () => {
      const own = await site();
      const { station, dataDir } = own;
      const word = `marker-${process.pid}-orphan`;
      const settings = { orphanSeconds: 1 };
      const run = station.submit({ steps: [`echo begin; setsid sh -c ': ${word}; sleep 61; true' & sleep 60`] });
      const { kill } = program(own, { settings });
      await begun(station, run);
      await kill('SIGKILL');
      await until('the supervisor to end', () => supervisorsOf(dataDir).length === 0, { seconds: 20 });
      expect(processesWith(word)).toEqual([]);
      program(own, { settings });
      await station.finished(run, 30);
      const text = 'the worker process ended, and no next one took the run up within 1 s';
      expect(run.finish).toMatchObject({ verdict: 'errored', reason: { code: 'worker-stopped', text } });
      expect(textOf(run, 1)).toBe('begin\n');
    },
    patient,
  );

  test(
    'and whose data directory is removed leaves nothing running',
    async () => {
      const own = await site();
      const { station, dataDir } = own;
      const word = `marker-${process.pid}-removed`;
      const run = station.submit({ steps: [`: ${word}; echo begin; sleep 61; true`] });
      const { kill } = program(own);
      await begun(station, run);
      const supervisors = supervisorsOf(dataDir);
      await kill('SIGKILL');
      rmSync(dataDir, { recursive: true, force: true });
      await until('all of it to end', () => processesWith(word).length === 0 && !supervisors.some(runs), {
        seconds: 20,
      });
      expect(existsSync(dataDir)).toBe(false);
    },
    patient,
  );

  test(
    'and left runs of a version that this one does not understand gives them up, and says why',
    async () => {
      const own = await site();
      const { station, dataDir } = own;
      const word = `marker-${process.pid}-strange`;
      const run = station.submit({ steps: [`echo begin; : ${word}; sleep 61; true`] });
      const { kill } = program(own);
      await begun(station, run);
      await kill('SIGKILL');
      const [place] = readdirSync(join(dataDir, 'supervisors'));
      const file = join(dataDir, 'supervisors', place!, 'record.json');
      writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), protocol: 1_000 }));
      program(own);
      await station.finished(run, 30);
      expect(run.finish).toMatchObject({ verdict: 'errored', reason: { code: 'worker-stopped' } });
      expect(run.finish?.reason.text).toContain('was replaced by another version');
      expect(processesWith(word)).toEqual([]);
    },
    patient,
  );
});

describe.skipIf(isWindows)('a data directory with a long path', () => {
  test(
    'keeps nobody from finding the supervisor: its socket lies elsewhere, and goes with it',
    async () => {
      const { station, dataDir: short } = await site();
      const own = { station, dataDir: join(short, 'a-long-name-'.repeat(12)) };
      const run = station.submit({ steps: [`echo begin; ${untilTold('go')}; echo end`] });
      const first = program(own);
      await begun(station, run);
      await first.kill('SIGKILL');
      const [place] = readdirSync(join(own.dataDir, 'supervisors'));
      const { address } = JSON.parse(readFileSync(join(own.dataDir, 'supervisors', place!, 'record.json'), 'utf8'));
      expect(address.length).toBeLessThan(104);
      program(own);
      tell(own.dataDir, 'go');
      await station.finished(run, 30);
      expect(textOf(run, 1)).toBe('begin\nend\n');
      await until('the first supervisor to take it away', () => !existsSync(dirname(address)));
    },
    patient,
  );
});

describe.skipIf(isWindows)('a worker that dies at a named place', () => {
  // A run that was claimed and not heard of is the server's to give out again: test/chaos and the queue have that.
  const places = Object.keys(crashPoints).filter((name) => name !== 'claim-answered');
  const simple = ['step-ended', 'verdict-known', 'log-sent', 'finish-answered', 'all-sent'];
  test.each([
    ...places.map((place) => [place, 'with an artifact'] as const),
    ...simple.map((place) => [place, 'without an artifact'] as const),
    ...['finish-answered', 'result-kept'].map((place) => [place, 'before its log'] as const),
  ])(
    '%s, %s: the next start brings the run to its end, once and whole',
    async (place, how) => {
      const own = await site();
      const { station, dataDir } = own;
      const artifacts = how === 'with an artifact' ? ['out.txt'] : [];
      const run = station.submit({
        steps: ['echo one; echo 1 >out.txt', { script: 'echo two; exit 3', mayFail: true }, 'echo three'],
        spec: { artifacts },
      });
      let isHeld = how === 'before its log';
      station.fate = (id) => (id === 'append-log' && isHeld ? 'not-ready' : 'answer');
      const settings = place === 'result-kept' ? { spoolMillis: 0 } : {};
      const { child } = program(own, { env: { CRASH_AT: place }, settings });
      const [, signal] = await once(child, 'exit');
      expect(signal).toBe('SIGKILL');
      isHeld = false;
      program(own);
      await station.finished(run, 30);
      expect(run.finish).toMatchObject({ verdict: 'passed' });
      expect([1, 2, 3].map((step) => textOf(run, step))).toEqual(['one\n', 'two\n', 'three\n']);
      expect(run.finish?.steps.slice(0, 4).map(({ exitCode }) => exitCode)).toEqual([null, 0, 3, 0]);
      expect([...run.artifacts.keys()]).toEqual(artifacts);
      await until('the directory to go', () => namesIn(join(dataDir, 'runs')).length === 0);
    },
    patient,
  );
});

describe.skipIf(isWindows)('a worker that hands over (SIGUSR2)', () => {
  test(
    'ends at once and does not sign off; its runs go on, and the next start takes them up',
    async () => {
      const own = await site();
      const { station, dataDir } = own;
      const run = station.submit({ steps: [`echo begin; ${untilTold('go')}; echo end`, 'echo next'] });
      const { kill } = program(own, { args: ['--capacity', '2'] });
      await begun(station, run);
      const renewals = run.renewals;
      expect(await kill('SIGUSR2')).toBe(0);
      expect(station.signOffs).toBe(0);
      // A whole lease for the time in between.
      expect(run.renewals).toBeGreaterThan(renewals);
      expect(run.finish).toBeNull();
      expect(supervisorsOf(dataDir)).toHaveLength(1);
      program(own);
      tell(dataDir, 'go');
      await station.finished(run, 30);
      expect(run.finish?.verdict).toBe('passed');
      expect([textOf(run, 1), textOf(run, 2)]).toEqual(['begin\nend\n', 'next\n']);
    },
    patient,
  );

  test(
    'with nothing in hand leaves nothing behind',
    async () => {
      const own = await site();
      const { station, dataDir } = own;
      const { kill } = program(own);
      await station.until('a claim', () => callsOf(station, 'claim') > 0, 30);
      expect(await kill('SIGUSR2')).toBe(0);
      await until('its supervisor to end', () => namesIn(join(dataDir, 'supervisors')).length === 0);
      expect(namesIn(join(dataDir, 'processes'))).toEqual([]);
    },
    patient,
  );
});

describe.skipIf(isWindows)('a supervisor that is killed', () => {
  test(
    'ends its runs as errored, with what the disk has of their logs; the worker starts another and goes on',
    async () => {
      const own = await site();
      const { station, start, dataDir, said } = own;
      const word = `marker-${process.pid}-killed`;
      const run = station.submit({ steps: [`echo begin; : ${word}; sleep 61; true`] });
      await start();
      await begun(station, run);
      for (const id of supervisorsOf(dataDir)) process.kill(id, 'SIGKILL');
      await station.until('its end', () => run.finish !== null, 30);
      const text = 'the worker could not do its part: the process that supervises the steps of this worker has ended';
      expect(run.finish).toMatchObject({ verdict: 'errored', reason: { code: 'worker-failed', text } });
      expect(processesWith(word)).toEqual([]);
      expect(said.join('')).toContain('The supervisor of the steps ended by SIGKILL');
      const next = station.submit({ steps: ['echo next'] });
      await station.finished(next, 30);
      expect(textOf(next, 1)).toBe('next\n');
      await until('the directories to go', () => namesIn(join(dataDir, 'runs')).length === 0);
    },
    patient,
  );

  test(
    'politely, as a machine does that goes down, ends what it holds and puts its log on disk',
    async () => {
      const own = await site();
      const { station, dataDir } = own;
      const word = `marker-${process.pid}-down`;
      station.fate = (id) => (id === 'append-log' && !goesOn ? 'not-ready' : 'answer');
      let goesOn = false;
      const run = station.submit({ steps: [`echo begin; touch there; : ${word}; sleep 61; true`] });
      const { kill } = program(own, { settings: { spoolMillis: 60_000 } });
      await until('the step', () => isThere(dataDir, 'there'), { seconds: 30 });
      await kill('SIGKILL');
      await endSupervisors(dataDir);
      expect(processesWith(word)).toEqual([]);
      goesOn = true;
      program(own);
      await station.finished(run, 30);
      expect(run.finish).toMatchObject({ verdict: 'errored', reason: { code: 'worker-stopped' } });
      expect(run.finish?.reason.text).toContain('was shut down');
      expect(textOf(run, 1)).toBe('begin\n');
    },
    patient,
  );
});

const digest = (text: string) => createHash('sha256').update(text).digest('hex');

/** Text that gzip cannot make much shorter, the same each time. */
function pseudoRandom(seed: string, bytes: number): string {
  let text = '';
  for (let index = 0; text.length < bytes; index++) {
    text += `${createHash('sha512').update(`${seed}${index}`).digest('base64')}\n`;
  }
  return text;
}

const runs = (id: number) => existsSync(`/proc/${id}/exe`);

function isThere(dataDir: string, file: string): boolean {
  return namesIn(join(dataDir, 'runs')).some((name) => existsSync(join(dataDir, 'runs', name, 'work', file)));
}

function sizeOf(directory: string): number {
  return namesIn(directory).reduce((sum, name) => sum + (readFileOrNothing(join(directory, name))?.length ?? 0), 0);
}

function filesWith(directory: string, bytes: Buffer): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => readFileOrNothing(path)?.includes(bytes));
}

function readFileOrNothing(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch {
    return null; // It was removed meanwhile.
  }
}
