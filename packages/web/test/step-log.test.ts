// Reading the lines of a log that somebody looks at, against something that answers as `read-log` does.
import { type Client, createClient, timesText } from '@signalbox/protocol';
import { expect, test } from 'vitest';
import { until } from '../../../test/kit/wait.ts';
import type { LogText } from '../src/log/log-end.ts';
import { StepLog } from '../src/log/step-log.ts';

/** A log of the server: it may grow, and every read is noted. */
function logOn(initial: string, index: { readonly times?: readonly (number | null)[]; readonly state?: string } = {}) {
  const state = { bytes: Buffer.from(initial), asked: [] as string[], sent: 0 };
  const client: Client = createClient({
    server: 'http://log.test',
    fetch: async (address, init) => {
      init?.signal?.throwIfAborted();
      const { searchParams: query } = new URL(String(address));
      const limit = Number(query.get('limit'));
      const size = state.bytes.length;
      const ends: number[] = [];
      for (let at = state.bytes.indexOf(10); at >= 0; at = state.bytes.indexOf(10, at + 1)) ends.push(at + 1);
      const startOf = (line: number) => (line === 1 ? 0 : (ends[line - 2] ?? size));
      const [first = 1, last = first] = (query.get('lines') ?? '').split('-').map(Number);
      const isLines = query.has('lines');
      const from = isLines ? startOf(first) : Number(query.get('from'));
      const end = isLines ? startOf(last + 1) : Math.min(size, from + limit);
      const piece = state.bytes.subarray(from, Math.min(end, from + limit));
      state.asked.push(isLines ? query.get('lines')! : `byte ${from}`);
      state.sent += piece.length;
      const inside = ends.filter((at) => at > from && at < from + piece.length).length;
      const headers = {
        'content-type': 'text/plain',
        'x-log-size': String(size),
        'x-log-from': String(from),
        'x-log-next': String(from + piece.length),
        'x-log-first-line': String(first),
        'x-log-last-line': String(piece.length === 0 ? first - 1 : first + inside),
        'x-log-lines': String(ends.length),
        'x-log-end': String(end),
        ...(index.times && {
          'x-log-times': timesText(index.times.slice(first - 1, last).map((at) => ({ lines: 1, at }))),
        }),
        ...(index.state !== undefined && { 'x-log-state': encodeURIComponent(first === 1 ? '' : index.state) }),
      } as Record<string, string>;
      return new Response(Uint8Array.from(piece), { headers });
    },
  });
  const grow = (text: string) => {
    state.bytes = Buffer.concat([state.bytes, Buffer.from(text)]);
  };
  return { client, grow, state };
}

const known = (text: string) => ({ sizeBytes: Buffer.byteLength(text), lines: text.split('\n').length - 1 });
const numbered = (count: number) => Array.from({ length: count }, (_, index) => `this is line ${index + 1}\n`).join('');

test('of a long log only the lines that are looked at are read, wherever they are', async () => {
  const text = numbered(50_000);
  const { client, state } = logOn(text);
  const log = new StepLog(client, 1, 1);
  await log.open(known(text), [{ from: 1, to: 60 }]);
  expect(log.lines.line(60)?.text).toBe('this is line 60');
  await log.want([{ from: 30_000, to: 30_060 }]);
  expect(log.lines.line(30_060)?.text).toBe('this is line 30060');
  await log.want([
    { from: 100, to: 100 },
    { from: 49_990, to: 60_000 },
  ]);
  expect(log.lines.line(50_000)?.text).toBe('this is line 50000');
  expect(log.lines.last).toBe(50_000);
  expect(state.asked).toEqual(['1-60', '50001-51001', '30000-30060', '100-131', '49990-50000']);
  expect(state.sent).toBeLessThan(5000);
});

test('a log that grows is read on at its end, also in the middle of a line and of a character', async () => {
  const { client, grow } = logOn('one\ntw');
  const log = new StepLog(client, 1, 1);
  log.atEnd = true;
  await log.open({ sizeBytes: 6, lines: 1 }, [{ from: 1, to: 50 }]);
  const texts = () => [1, 2, 3, 4].map((line) => log.lines.line(line)?.text);
  expect([texts(), log.lines.last]).toEqual([['one', 'tw', undefined, undefined], 2]);
  grow('o\nthree ü');
  await log.more();
  expect([texts(), log.lines.last]).toEqual([['one', 'two', 'three ü', undefined], 3]);
  grow('!\n');
  await log.more();
  expect([texts(), log.lines.last]).toEqual([['one', 'two', 'three ü!', undefined], 3]);
});

test('while nobody stays at the end, of what comes only the amount is read', async () => {
  const { client, grow, state } = logOn('one\n');
  const log = new StepLog(client, 1, 1);
  await log.open({ sizeBytes: 4, lines: 1 }, [{ from: 1, to: 1 }]);
  const before = state.sent;
  grow(numbered(10_000));
  await log.more();
  expect(log.lines.last).toBe(10_001);
  expect(state.sent - before).toBeLessThan(10);
});

test('a line of megabytes is read in part, and a progress bar of megabytes at its end', async () => {
  const text = `before\n${'x'.repeat(3_000_000)}\n${'10 %\r'.repeat(500_000)}done\nafter\n`;
  const { client, state } = logOn(text);
  const log = new StepLog(client, 1, 1);
  await log.open(known(text), [{ from: 1, to: 50 }]);
  const line = log.lines.line(2);
  expect([line?.text.length, line?.cut]).toEqual([2000, 2_998_001]);
  expect([1, 3, 4].map((number) => log.lines.line(number)?.text)).toEqual(['before', 'done', 'after']);
  expect(state.sent).toBeLessThan(1_200_000);
});

test('sections are seen in what is read, before anything is written over', async () => {
  const text = 'a\n\x1b[0Ksection_start:1:build\r\x1b[0KBuild it\nb\n::group::Test\n';
  const { client } = logOn(text);
  const log = new StepLog(client, 1, 1);
  await log.open(known(text), [{ from: 1, to: 50 }]);
  expect([...log.markers.values()].flat().map(({ line, title }) => [line, title])).toEqual([
    [2, 'Build it'],
    [4, 'Test'],
  ]);
  expect(log.lines.line(2)?.text).toContain('Build it');
});

test('a failure is told, and reading goes on when asked again', async () => {
  const { client } = logOn('hello\n');
  let broken = true;
  const shaky: Client = {
    server: client.server,
    call: (id, call) => (broken ? Promise.reject(new Error('no answer')) : client.call(id, call)),
  };
  const log = new StepLog(shaky, 1, 1);
  await log.open({ sizeBytes: 6, lines: 1 }, [{ from: 1, to: 50 }]);
  expect([log.state, log.problem]).toEqual(['failed', 'no answer']);
  broken = false;
  await log.more();
  expect([log.state, log.lines.line(1)?.text]).toEqual(['read', 'hello']);
});

/** Pieces of a log as its stream brings them, each from a place to the next. */
function piecesOf(text: string, from: number, cuts: readonly number[]): LogText[] {
  let at = from;
  return cuts.map((cut, index) => {
    const piece = text.slice(index === 0 ? 0 : cuts[index - 1], cut);
    const next = at + Buffer.byteLength(piece);
    const told = { from: at, next, text: piece };
    at = next;
    return told;
  });
}

test('what the stream of a log brings stands there as if it had been read, wherever it was cut, and nothing is read for it', async () => {
  const begun = 'one\n\x1b[31mred ';
  const more =
    'still red\nand this\x1b[0m\n::group::Ünïcode\n10 %\r50 %\r100 %\nend of it\n::endgroup::\n\n\r\nno end yet \r 20 %\r 30 %';
  for (let round = 1; round <= 60; round++) {
    const { client, grow, state } = logOn(begun);
    const log = new StepLog(client, 1, 1);
    log.atEnd = true;
    await log.open({ sizeBytes: 0, lines: 0 }, [{ from: 1, to: 50 }]);
    const asked = state.asked.length;
    grow(more);
    // Every cut at once for the first, then fewer and fewer of them.
    const cuts = [...Array(more.length).keys()].slice(1).filter((cut) => (cut * 7919) % round === 0);
    for (const piece of piecesOf(more, Buffer.byteLength(begun), [...cuts, more.length])) log.came(piece);
    const read = new StepLog(logOn(begun + more).client, 1, 1);
    await read.open({ sizeBytes: 0, lines: 0 }, [{ from: 1, to: 50 }]);
    const all = (one: StepLog) => Array.from({ length: one.lines.last }, (_, index) => one.lines.line(index + 1));
    expect(all(log)).toEqual(all(read));
    expect([...log.markers]).toEqual([...read.markers]);
    expect([log.sizeBytes, log.position]).toEqual([read.sizeBytes, read.position]);
    expect(state.asked.length).toBe(asked);
  }
});

test('where something is missing between what the stream brings, it is read; what is there already is not taken twice', async () => {
  const { client, grow, state } = logOn('one\n');
  const log = new StepLog(client, 1, 1);
  log.atEnd = true;
  await log.open({ sizeBytes: 4, lines: 1 }, [{ from: 1, to: 50 }]);
  grow('two\nthree\nfour\n');
  log.came({ from: 8, next: 14, text: 'three\n' });
  await until('the lines', () => log.lines.line(4)?.text === 'four');
  const asked = state.asked.length;
  log.came({ from: 14, next: 19, text: 'four\n' });
  log.came({ from: 4, next: 8, text: 'two\n' });
  expect([log.lines.last, state.asked.length]).toEqual([4, asked]);
});

test('of a line whose beginning was not read, and of one that grows without an end, only what is shown is read again', async () => {
  const { client, grow, state } = logOn(`one\nthe beginning `);
  const log = new StepLog(client, 1, 1);
  // Nobody stays at its end: only how much there is was asked for.
  await log.open({ sizeBytes: 4, lines: 1 }, [{ from: 1, to: 1 }]);
  const place = () => log.position!;
  const say = (text: string) => {
    grow(text);
    log.came({ from: place(), next: place() + text.length, text });
  };
  say('and the end\nthree\n');
  expect([log.lines.last, log.lines.line(3)?.text]).toEqual([3, 'three']);
  await log.want([{ from: 1, to: 50 }]);
  expect(log.lines.line(2)?.text).toBe('the beginning and the end');
  for (let piece = 0; piece < 40; piece++) say('x'.repeat(100_000));
  await until('its head', () => (log.lines.line(4)?.cut ?? 0) > 3_900_000);
  say('y\nlast\n');
  await until('its end', () => log.lines.line(4)?.cut === 4_000_001 + 1 - 2000);
  expect(log.lines.line(5)?.text).toBe('last');
  expect(log.lines.keptCharacters).toBeLessThan(10_000);
  expect(state.sent).toBeLessThan(40_000_000);
});

test('lines have the times of the index before those that they print, and the colours in which a range begins', async () => {
  const text = `${'x\n'.repeat(99)}red\n2026-01-01T00:00:00Z says itself\nnobody knows\n`;
  const times = [...Array(100).fill(1000), 2500, null];
  const { client } = logOn(text, { times, state: '\x1b[31m' });
  const log = new StepLog(client, 1, 1);
  await log.open(known(text), [{ from: 100, to: 120 }]);
  const line = (number: number) => log.lines.line(number);
  expect(line(100)).toEqual({ text: 'red', style: '\x1b[31m', cut: 0, at: 1000 });
  expect([line(101)?.at, line(102)?.at, log.hasTimes]).toEqual([2500, null, true]);
});

test('lines that the stream brings have the times that it tells, also where it cuts a line', async () => {
  for (const begun of ['', 'one\n', 'one\nbeg']) {
    const { client } = logOn(begun, { times: [5, 7] });
    const log = new StepLog(client, 1, 1);
    log.atEnd = true;
    await log.open({ sizeBytes: 0, lines: 0 }, [{ from: 1, to: 50 }]);
    const first = log.lines.last + (begun.endsWith('beg') ? 0 : 1);
    let at = begun.length;
    const say = (text: string, times: string) => {
      log.came({ from: at, next: at + text.length, text, times });
      at += text.length;
    };
    const middle = begun.endsWith('beg');
    say('un\nnext\nop', middle ? '100 50' : '90 10 50');
    say('en\nlast\n', '400');
    const times = Array.from({ length: 4 }, (_, index) => log.lines.line(first + index)?.at);
    expect([begun, ...times]).toEqual([begun, middle ? 7 : 90, 100, 150, 400]);
    expect(log.lines.line(first + 2)?.text).toBe('open');
  }
});

test('times are right also where the beginning of the first line was not read', async () => {
  for (const begun of ['one\nbeg', 'one\n']) {
    const { client } = logOn(begun);
    const log = new StepLog(client, 1, 1);
    await log.open({ sizeBytes: 4, lines: 1 }, [{ from: 1, to: 1 }]);
    const isMiddle = begun.endsWith('beg');
    const text = 'un\nnext\n';
    log.came({ from: begun.length, next: begun.length + text.length, text, times: isMiddle ? '100' : '90 10' });
    expect(log.lines.line(3)).toMatchObject({ text: 'next', at: 100 });
  }
});
