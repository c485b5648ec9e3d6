// Logs of two runs compared: what differs is told, in its order, once; what only times and numbers differ in is not; in bounded parts.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compareStep, type StepDifference } from '../../src/record/compare/compare-step.ts';
import { type ComparedLine, LineWindow } from '../../src/record/compare/compared-lines.ts';
import { pairSteps } from '../../src/record/compare/pair-steps.ts';
import { type ComparePlace, compareLogs, recordDefaults } from '../../src/record/index.ts';
import { createPatience } from '../../src/record/patience.ts';
import { cut, type RecordKit, recordKit } from './kit.ts';

/** As the log of a step comes: some lines at a time, in a buffer that is shared. */
async function* linesOf(text: string, atOnce = 7): AsyncGenerator<ComparedLine[]> {
  const bytes = Buffer.from(text);
  let at = 0;
  while (at < bytes.length) {
    const lines: ComparedLine[] = [];
    for (; lines.length < atOnce && at < bytes.length; ) {
      const end = bytes.indexOf(10, at);
      const to = end < 0 ? bytes.length : end;
      lines.push({ bytes, from: at, to, startByte: at, key: undefined });
      at = to + 1;
    }
    yield lines;
  }
}

async function compareTexts(here: string, there: string, windowLines = 10_000): Promise<StepDifference[]> {
  const differences: StepDifference[] = [];
  const isDone = await compareStep({
    here: new LineWindow(linesOf(here), 1, Buffer.byteLength(here)),
    there: new LineWindow(linesOf(there), 1, Buffer.byteLength(there)),
    limits: { windowLines, windowBytes: 1e9, shownLines: 5 },
    patience: createPatience(3600, new AbortController().signal),
    limit: 1e9,
    differences,
    comparedLines: 0,
    comparedBytes: 0,
  });
  expect(isDone).toBe(true);
  return differences;
}

const log = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('');

describe('one step', () => {
  test('lines that differ in times, numbers and directories are the same', async () => {
    const here = log(['[12:00:01] building', 'gcc /home/a/x.c', 'done in 3.2 s', 'pid 17']);
    const there = log(['[23:59:59] building', 'gcc /srv/b/c/x.c', 'done in 900 ms', 'pid 12345']);
    expect(await compareTexts(here, there)).toEqual([]);
  });

  test('what is new, what is missing and what is other is told with its place and what comes before', async () => {
    const same = (name: string) => ['a', 'b', 'c', 'd', 'e'].map((letter) => `${name} ${letter}`);
    const here = log([...same('one'), 'error: it broke', ...same('two'), ...same('three'), 'end: bad']);
    const there = log([...same('one'), ...same('two'), 'all is well', 'very well', ...same('three'), 'end: good']);
    expect(await compareTexts(here, there)).toEqual([
      {
        ...{ line: 6, lines: 1, thereLine: 6, thereLines: 0, moved: false },
        ...{ before: ['one c', 'one d', 'one e'], here: ['error: it broke'], there: [] },
      },
      {
        ...{ line: 12, lines: 0, thereLine: 11, thereLines: 2, moved: false },
        ...{ before: ['two c', 'two d', 'two e'], here: [], there: ['all is well', 'very well'] },
      },
      {
        ...{ line: 17, lines: 1, thereLine: 18, thereLines: 1, moved: false },
        ...{ before: ['three c', 'three d', 'three e'], here: ['end: bad'], there: ['end: good'] },
      },
    ]);
  });

  test('a log that ends early, and one that is empty', async () => {
    const whole = log(Array.from({ length: 3000 }, (_, at) => `word${at}x goes here`));
    const half = log(Array.from({ length: 1000 }, (_, at) => `word${at}x goes here`));
    expect(await compareTexts(half, whole)).toMatchObject([
      { line: 1001, lines: 0, thereLine: 1001, thereLines: 2000 },
    ]);
    expect(await compareTexts(whole, half)).toMatchObject([{ line: 1001, lines: 2000, thereLines: 0 }]);
    expect(await compareTexts('', half)).toMatchObject([{ line: 1, lines: 0, thereLine: 1, thereLines: 1000 }]);
    expect(await compareTexts('', '')).toEqual([]);
  });

  test('an order that changed is told as such, and not taken for the divergence', async () => {
    const ordered = Array.from({ length: 60 }, (_, at) => `compiling file_${at}.c`);
    const other = [...ordered];
    [other[10], other[11]] = [other[11]!, other[10]!];
    other[40] = 'file_40.c:1: error: bad';
    const differences = await compareTexts(log(other), log(ordered));
    expect(differences.filter(({ moved }) => moved).length).toBeGreaterThan(0);
    expect(differences.find(({ moved }) => !moved)).toMatchObject({ line: 41, here: ['file_40.c:1: error: bad'] });
  });

  test('a part that is longer than the window comes in between, and the rest is found again', async () => {
    const word = (from: number, count: number) => Array.from({ length: count }, (_, at) => `line_${from + at} is here`);
    const there = [...word(0, 200), ...word(10_000, 5000)];
    const here = [...word(0, 200), ...word(5000, 1500), ...word(10_000, 5000)];
    expect(await compareTexts(log(here), log(there), 600)).toMatchObject([{ line: 201, lines: 1500, thereLines: 0 }]);
  });

  test('whatever the logs: what is in no difference is the same, in its order, and nothing is left', async () => {
    const line = fc.constantFrom(
      'a',
      'b',
      'c',
      'd',
      'at 12:00:01',
      'at 13:59:59',
      '',
      'x 1',
      'x 2',
      'err: y',
      'made it',
    );
    const normal = (text: string) => text.replace(/\d[\d:]*/g, '#');
    const texts = fc.array(line, { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(texts, texts, fc.integer({ min: 2, max: 40 }), async (one, other, windowLines) => {
        const differences = await compareTexts(log(one), log(other), windowLines);
        let [here, there] = [0, 0];
        const same = (to: number, thereTo: number) => {
          expect(one.slice(here, to).map(normal)).toEqual(other.slice(there, thereTo).map(normal));
        };
        for (const { line: first, lines, thereLine, thereLines } of differences) {
          same(first - 1, thereLine - 1);
          [here, there] = [first - 1 + lines, thereLine - 1 + thereLines];
          expect(lines + thereLines).toBeGreaterThan(0);
        }
        same(one.length, other.length);
        const first = one.findIndex((text, at) => other[at] === undefined || normal(text) !== normal(other[at]));
        const parts = first >= 0 ? first : one.length < other.length ? one.length : -1;
        expect(differences[0] ? differences[0].line - 1 : -1).toBe(parts);
      }),
      { numRuns: 500 },
    );
  });
});

test('steps are paired by name, and those of one name by their order', () => {
  const steps = (...names: string[]) => names.map((name, index) => ({ index, name }));
  const logs = (count: number) => Array.from({ length: count }, (_, step) => ({ step, sizeBytes: 10, lines: 1 }));
  const here = { steps: steps('Set up', 'make', 'test', 'test'), logs: logs(4) };
  const there = { steps: steps('Set up', 'lint', 'test', 'test', 'Artifacts'), logs: logs(5) };
  expect(pairSteps(here, there).map(({ stepName, step, thereStep }) => [stepName, step, thereStep])).toEqual([
    ['Set up', 0, 0],
    ['make', 1, null],
    ['test', 2, 2],
    ['test', 3, 3],
    ['lint', null, 1],
    ['Artifacts', null, 4],
  ]);
});

describe('two runs', () => {
  let kit: RecordKit;
  beforeAll(async () => {
    kit = await recordKit();
  });
  afterAll(() => kit.drop());

  /** A run with these texts as the logs of its steps, one of them sealed as the other is. */
  async function runWith(texts: readonly string[], isSealed: boolean): Promise<number> {
    const hold = await kit.startRun();
    for (const [step, text] of texts.entries()) {
      for (const part of cut(step, Buffer.from(text), 100_000)) await kit.send(hold, [part]);
    }
    await kit.end(
      hold,
      texts.map((_, index) => ({ name: `step ${index}` })),
      texts.map((text) => Buffer.byteLength(text)),
    );
    if (isSealed) await kit.seal();
    return hold.runId;
  }

  const named = (count: number) => Array.from({ length: count }, (_, index) => ({ index, name: `step ${index}` }));
  const quiet = new AbortController().signal;

  test('their steps are compared in order, wherever the logs lie', async () => {
    const there = await runWith(['one\ntwo\n', 'make\ndone\n', 'only there\n'], true);
    const here = await runWith(['one\ntwo\n', 'make\nerror: x\n'], false);
    const runs = [
      { runId: here, steps: named(2) },
      { runId: there, steps: named(3) },
    ] as const;
    const found = await compareLogs(kit.db, kit.store, runs, { limit: 50 }, recordDefaults, quiet);
    expect(found).toMatchObject({
      differences: [
        { kind: 'lines', stepName: 'step 1', step: 1, line: 2, here: ['error: x'], there: ['done'] },
        { kind: 'step', stepName: 'step 2', step: null, thereStep: 2, lines: 0, thereLines: 1 },
      ],
      more: null,
    });
  });

  test('in parts, by the places that are given back, they say the same as in one', async () => {
    const lines = Array.from({ length: 30_000 }, (_, at) => `[12:00:${at % 60}] object_${at}.o is built`);
    const other = lines.map((line, at) => (at % 1500 === 700 ? `object_${at}.c: error: broken` : line));
    const there = await runWith([log(lines), log(lines)], true);
    const here = await runWith([log(other), log(lines)], true);
    const runs = [
      { runId: here, steps: named(2) },
      { runId: there, steps: named(2) },
    ] as const;
    const whole = await compareLogs(kit.db, kit.store, runs, { limit: 500 }, recordDefaults, quiet);
    expect(whole.differences).toHaveLength(20);
    expect(whole.differences[0]).toMatchObject({ line: 701, lines: 1, thereLines: 1, moved: false });
    expect(whole).toMatchObject({ more: null, comparedLines: 60_000 });
    const parts: (typeof whole.differences)[number][] = [];
    let from: ComparePlace | undefined;
    for (let call = 0; call < 10_000; call++) {
      // Its time is over when it begins: it does something all the same.
      const limits = { ...recordDefaults, compareSeconds: call % 2 };
      const part = await compareLogs(kit.db, kit.store, runs, { from, limit: 3 }, limits, quiet);
      parts.push(...part.differences);
      if (!part.more) break;
      expect(part.more).not.toEqual(from);
      from = part.more;
    }
    const place = (found: (typeof parts)[number]) =>
      found.kind === 'lines' && [found.step, found.line, found.lines, found.thereLine, found.thereLines, found.here];
    expect(parts.map(place)).toEqual(whole.differences.map(place));
  });

  test('a line of many megabytes, NULs and what is no UTF-8 are lines like others', async () => {
    const strange = (tail: string) => `\x00\ufffd${'x'.repeat(6_000_000)}${tail}\nlast\n`;
    const there = await runWith([strange('one')], true);
    const here = await runWith([`${strange('two')}more\n`], true);
    const runs = [
      { runId: here, steps: named(1) },
      { runId: there, steps: named(1) },
    ] as const;
    // Its beginning counts.
    const { differences } = await compareLogs(kit.db, kit.store, runs, { limit: 9 }, recordDefaults, quiet);
    expect(differences).toMatchObject([{ line: 3, lines: 1, here: ['more'], thereLines: 0 }]);
  });
});
