// Reading a log in pieces against something that answers as `read-log` does.
import { type Client, createClient } from '@signalbox/protocol';
import { expect, test } from 'vitest';
import type { Hole } from '../src/log/log-text.ts';
import { StepLog } from '../src/log/step-log.ts';

/** A log of the server: it may grow, and every read is noted. */
function logOn(initial: string) {
  const state = { bytes: Uint8Array.from(new TextEncoder().encode(initial)), reads: [] as number[] };
  const client: Client = createClient({
    server: 'http://log.test',
    fetch: async (address) => {
      const { searchParams } = new URL(String(address));
      const from = Number(searchParams.get('from'));
      const piece = state.bytes.slice(from, from + Number(searchParams.get('limit')));
      state.reads.push(from);
      const headers = { 'x-log-size': String(state.bytes.length), 'x-log-next': String(from + piece.length) };
      return new Response(piece, { headers: { ...headers, 'content-type': 'text/plain' } });
    },
  });
  const grow = (text: string) => {
    const more = new TextEncoder().encode(text);
    const whole = new Uint8Array(state.bytes.length + more.length);
    whole.set(state.bytes);
    whole.set(more, state.bytes.length);
    state.bytes = whole;
  };
  return { client, grow, reads: state.reads };
}

const known = (text: string) => ({
  sizeBytes: new TextEncoder().encode(text).length,
  lines: text.split('\n').length - 1,
});
const textAt = (log: StepLog, line: number) => {
  const row = log.text.row(log.text.rowOf(line) ?? -1);
  return row?.kind === 'line' ? row.line.text : null;
};

test('a log that grows is read on from where it was, also in the middle of a line and of a character', async () => {
  const { client, grow, reads } = logOn('one\ntw');
  const log = new StepLog(client, 1, 1);
  await log.open({ sizeBytes: 6, lines: 1 });
  expect([textAt(log, 1), textAt(log, 2)]).toEqual(['one', 'tw']);
  grow('o\nthree ü');
  await log.more();
  grow('!\n');
  await log.more();
  expect([1, 2, 3].map((line) => textAt(log, line))).toEqual(['one', 'two', 'three ü!']);
  expect(log.text.lastLine).toBe(3);
  expect(reads).toEqual([0, 6, 16]);
});

test('of a large log the two ends are read, its lines have their true numbers, and any line can be reached', async () => {
  const text = Array.from({ length: 200_000 }, (_, index) => `this is line number ${index + 1} of a long log\n`).join(
    '',
  );
  const { client, reads } = logOn(text);
  const log = new StepLog(client, 1, 1);
  await log.open(known(text));
  expect(reads.length).toBe(3);
  expect(textAt(log, 1)).toBe('this is line number 1 of a long log');
  expect(textAt(log, 200_000)).toBe('this is line number 200000 of a long log');
  expect(textAt(log, 100_000)).toBeNull();
  await log.reach(100_000);
  expect(textAt(log, 100_000)).toBe('this is line number 100000 of a long log');
  await log.fill(log.text.hole as Hole, 'end');
  await log.reach(199_999);
  for (let hole = log.text.hole; hole; hole = log.text.hole) await log.fill(hole, 'start');
  expect(log.text.rowCount).toBe(200_000);
  expect(textAt(log, 123_456)).toBe('this is line number 123456 of a long log');
});

test('a line that never ends is not kept whole', async () => {
  const text = `${'x'.repeat(3_000_000)}`;
  const { client, grow } = logOn(text);
  const log = new StepLog(client, 1, 1);
  await log.open({ sizeBytes: text.length, lines: 0 });
  expect(log.text.rowCount).toBe(1);
  grow('\nnext\n');
  await log.more();
  expect(textAt(log, 2)).toBe('next');
  expect(log.text.hole).toBeNull();
});

test('a failure is told, and reading goes on when asked again', async () => {
  const { client } = logOn('hello\n');
  let broken = true;
  const shaky: Client = {
    server: client.server,
    call: (id, call) => (broken ? Promise.reject(new Error('no answer')) : client.call(id, call)),
  };
  const log = new StepLog(shaky, 1, 1);
  await log.open({ sizeBytes: 6, lines: 1 });
  expect([log.state, log.problem]).toEqual(['failed', 'no answer']);
  broken = false;
  await log.more();
  expect([log.state, textAt(log, 1)]).toEqual(['read', 'hello']);
});
