// Searching a log finds what a plain walk over its lines finds, wherever members end, and stops when it is told to.
import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { append, type LogSearch, type RecordLimits, recordDefaults, searchLog } from '../../src/record/index.ts';
import { cut, type RecordKit, recordKit, type StartedRun } from './kit.ts';

let kit: RecordKit;
beforeAll(async () => {
  kit = await recordKit();
});
afterAll(() => kit.drop());

const patient: RecordLimits = { ...recordDefaults, searchSeconds: 60 };
const never = new AbortController().signal;
const plain = (text: string) => ({ text, isExpression: false, ignoreCase: false });
const expression = (text: string) => ({ text, isExpression: true, ignoreCase: false });

type Wanted = Partial<LogSearch> & Pick<LogSearch, 'pattern'>;
const search = (run: StartedRun, wanted: Wanted, limits = patient) =>
  searchLog(kit.db, kit.store, run.runId, { limit: 1000, ...wanted }, limits, never);

/** All of it, asked for as often as `more` says. */
async function searchAll(run: StartedRun, wanted: Wanted, limits = patient) {
  const hits = [];
  let calls = 0;
  for (let from: LogSearch['from']; ; calls++) {
    const found = await search(run, { ...wanted, from }, limits);
    hits.push(...found.hits);
    if (!found.more) return { hits, calls: calls + 1 };
    from = found.more;
  }
}

async function print(step: number, text: Buffer, most: number, run?: StartedRun): Promise<StartedRun> {
  const to = run ?? (await kit.startRun());
  const parts = cut(step, text, most);
  for (let at = 0; at < parts.length; at += 500) await kit.send(to, parts.slice(at, at + 500));
  return to;
}

async function seal(run: StartedRun, sizes: readonly number[]): Promise<void> {
  await kit.end(
    run,
    sizes.map(() => ({})),
    sizes,
  );
  expect(await kit.seal()).toEqual([run.runId]);
}

test('every line that holds it is found, once, with its place and columns, before and after sealing', async () => {
  const word = fc.constantFrom('error', 'Error', 'ERR', 'or', 'ě', 'Ě', '🐎', 'a', ' ', '\t', '\r', '.', '\u001b[31m');
  const line = fc.array(word, { maxLength: 8 }).map((words) => words.join(''));
  const lines = fc.array(line, { minLength: 1, maxLength: 40 });
  const tiny = { ...patient, expressionLineBytes: 100 };
  const ways = [
    [plain('error'), /error/],
    [{ ...plain('ERR'), ignoreCase: true }, /err/i],
    [{ ...plain('Ě'), ignoreCase: true }, /ě/i],
    [expression('^[a ]*E?r+o|🐎$'), /^[a ]*E?r+o|🐎$/u],
    [{ ...expression('(error|\\.)+'), ignoreCase: true }, /(error|\.)+/i],
    [expression('x*'), /x*/],
    [expression('\\bor\\b'), /\bor\b/],
    [expression('^$'), /^$/],
    [expression('[^r]$'), /[^r]$/u],
    [expression('\\Aerror|ERR\\z'), /^error|ERR$/],
    [expression('a[^ ]*error'), /a[^ ]*error/],
  ] as const;
  await fc.assert(
    fc.asyncProperty(lines, fc.boolean(), fc.integer({ min: 1, max: 60 }), async (texts, isOpen, most) => {
      const bytes = Buffer.from(texts.join('\n') + (isOpen ? '' : '\n'));
      if (bytes.length === 0) return;
      const run = await print(0, bytes, most);
      const all = bytes.toString().split('\n');
      // What stands behind the last line end is a line when there is something.
      if (all.at(-1) === '') all.pop();
      const compare = async () => {
        for (const [pattern, twin] of ways) {
          const right = all.flatMap((text, at) => {
            const shown = text.replace(/\r$/, '');
            const match = twin.exec(shown);
            const startByte = Buffer.byteLength(all.slice(0, at).join('\n')) + (at > 0 ? 1 : 0);
            return match ? [{ line: at + 1, startByte, text: shown, found: [match.index, match[0]] }] : [];
          });
          const { hits } = await searchAll(run, { pattern, limit: 3 }, tiny);
          const got = hits.map(({ at, cut: { text, from, to } }) => {
            return { line: at.line, startByte: at.byte, text, found: [from, text.slice(from, to)] };
          });
          expect(got).toEqual(right);
        }
      };
      await compare();
      await seal(run, [bytes.length]);
      await compare();
    }),
    // The first one: its only line is empty, but for what a program will write over.
    { numRuns: 8, examples: [[['\r'], true, 1]] },
  );
});

test('all steps are searched in their order, or the one that is asked for', async () => {
  const run = await print(0, Buffer.from('here\n'), 9);
  await print(2, Buffer.from('not\nhere too'), 5, run);
  const places = async (wanted: Wanted) => (await search(run, wanted)).hits.map(({ step, at }) => [step, at.line]);
  expect(await places({ pattern: plain('here') })).toEqual([
    [0, 1],
    [2, 2],
  ]);
  expect(await places({ pattern: plain('here'), step: 2 })).toEqual([[2, 2]]);
  expect(await places({ pattern: plain('here'), step: 1 })).toEqual([]);
});

test('megabytes are searched, a long line too, and the text that is shown is cut around what was found', async () => {
  const filler = () => `${randomBytes(60).toString('hex')}\n`;
  const block = Array.from({ length: 30_000 }, filler).join('');
  const long = `${'-'.repeat(5_000_000)}needle${'-'.repeat(2_000_000)}needle`;
  const text = Buffer.from(`${block}the needle\n${long}\n${block}a needle at the end`);
  const run = await kit.startRun();
  const size = recordDefaults.chunkBytes;
  for (let offset = 0; offset < text.length; offset += size)
    await kit.send(run, [{ step: 0, offset, text: text.subarray(offset, offset + size) }]);
  for (const isSealed of [false, true]) {
    if (isSealed) await seal(run, [text.length]);
    for (const ignoreCase of [false, true]) {
      const { hits, more, searchedBytes } = await search(run, { pattern: { ...plain('needle'), ignoreCase } });
      expect(hits.map(({ at }) => at)).toEqual([
        { line: 30_001, byte: block.length },
        { line: 30_002, byte: block.length + 11 },
        { line: 60_003, byte: text.length - 19 },
      ]);
      expect([more, searchedBytes]).toEqual([null, text.length]);
      const { cut: shown, textByte } = hits[1]!;
      expect(shown.text.slice(shown.from, shown.to)).toBe('needle');
      expect(Buffer.byteLength(shown.text)).toBeLessThanOrEqual(recordDefaults.searchTextBytes);
      expect(text.toString('latin1', textByte + shown.from, textByte + shown.to)).toBe('needle');
    }
  }
  // An expression looks at the beginning of a long line, and says so.
  const found = await search(run, { pattern: expression('n[e]+dle') });
  expect([found.hits.map(({ at }) => at.line), found.cutLines]).toEqual([[30_001, 60_003], 1]);
});

test('bytes that are no text are searched as well, and lead nobody astray', async () => {
  const run = await print(0, Buffer.concat([Buffer.from([0xff, 0xc3]), Buffer.from('é needle\xff\n')]), 100);
  for (const pattern of [plain('needle'), expression('need..')]) {
    const [hit] = (await search(run, { pattern })).hits;
    expect(hit?.cut.text.slice(hit.cut.from, hit.cut.to)).toBe('needle');
  }
});

test('no expression makes it hang: the worst is refused or done in time, and others are served meanwhile', async () => {
  const run = await print(0, Buffer.from(`${'a'.repeat(50_000)}!\n`.repeat(20)), 100_000);
  // Lines for which the engine's states are never the same twice.
  const worst = () => Array.from({ length: 5000 }, () => (Math.random() < 0.5 ? 'a' : 'b')).join('');
  await print(1, Buffer.from(Array.from({ length: 8 }, worst).join('\n')), 100_000, run);
  let [last, longestStandstill] = [performance.now(), 0];
  const beat = setInterval(() => {
    longestStandstill = Math.max(longestStandstill, performance.now() - last);
    last = performance.now();
  }, 5);
  try {
    for (const text of [
      '(a+)+$',
      '(a|a)*b',
      '(.*)(.*)(.*)(.*)(.*)[^a!]',
      '(a?){100}b',
      '(?:(a|b|ab)*c){9}$',
      '(a|b)*a.{200}[^ab]$',
    ]) {
      const began = performance.now();
      const { cutLines } = await search(run, { pattern: expression(text) }, { ...patient, searchSeconds: 2 });
      expect(performance.now() - began, text).toBeLessThan(10_000);
      expect(cutLines, text).toBeGreaterThanOrEqual(0);
    }
    // Far above what one line takes, far below what all of them take together.
    expect(longestStandstill).toBeLessThan(3000);
  } finally {
    clearInterval(beat);
  }
  for (const [text, why] of [
    ['(a{1000})', /too big: \d+ steps, 500 are allowed/],
    ['(?:.{100}){11}', /too big|no regular expression/],
    ['(unclosed', /no regular expression of RE2/],
    ['(a)\\1', /no regular expression of RE2/],
  ] as const) {
    await expect(search(run, { pattern: expression(text) })).rejects.toMatchObject({
      code: 'bad-request',
      message: expect.stringMatching(why),
    });
  }
});

test('when its time is over it says where to go on, and nothing is lost or found twice', async () => {
  const lines = Array.from({ length: 300 }, (_, at) => (at % 7 === 0 ? `seven ${at}` : `other ${at}`));
  const run = await print(0, Buffer.from(lines.join('\n')), 400);
  await print(1, Buffer.from('seven\n'), 10, run);
  const hurried = { ...patient, searchSeconds: 0 };
  const { hits, calls } = await searchAll(run, { pattern: expression('^seven \\d+|^seven$') }, hurried);
  const right = lines.flatMap((line, at) => (line.startsWith('seven') ? [at + 1] : []));
  expect(hits.filter(({ step }) => step === 0).map(({ at }) => at.line)).toEqual(right);
  expect(hits.filter(({ step }) => step === 1)).toHaveLength(1);
  expect(calls).toBeGreaterThan(40);
});

test('who has gone is searched for no longer', async () => {
  const run = await print(0, Buffer.from('line\n'.repeat(1000)), 1000);
  const gone = AbortSignal.abort();
  const found = await searchLog(
    kit.db,
    kit.store,
    run.runId,
    { pattern: expression('line'), limit: 1000 },
    patient,
    gone,
  );
  expect(found.hits).toHaveLength(1);
});

test('a log that is sealed while it is searched is searched to its end', async () => {
  const text = Buffer.from('one\ntwo\n'.repeat(4_000_000));
  const run = await kit.startRun();
  const size = 1_000_000;
  for (let offset = 0; offset < text.length; offset += size) {
    const member = gzipSync(text.subarray(offset, offset + size), { level: 1 });
    const chunk = { step: 0, offset, sizeBytes: size, lines: size / 4, memberBytes: member.length };
    await append(kit.db, run, [chunk], member, recordDefaults);
  }
  await kit.end(run, [{}], [text.length]);
  let looks = 0;
  const slow: typeof kit.db = {
    ...kit.db,
    async query(statement) {
      if (statement.text.includes('member as bytes') && ++looks === 3) await kit.seal();
      return kit.db.query(statement);
    },
  };
  const wanted = { pattern: plain('three'), limit: 10 };
  const found = await searchLog(slow, kit.store, run.runId, wanted, patient, never);
  expect(found).toMatchObject({ hits: [], more: null, searchedBytes: text.length });
  expect(looks).toBeGreaterThanOrEqual(3);
});
