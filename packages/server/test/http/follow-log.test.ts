// Following a log as it is written: what was there and what comes, whole and in order, once read for all who follow; going on after a
// cut; and who takes nothing costs the others nothing.
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestServer, testServer } from '../../../../test/kit/server.ts';
import { until } from '../../../../test/kit/wait.ts';
import { ask } from './asking.ts';
import { type HeldRun, openYard, type Yard } from './yard.ts';

const followers = 30;
let house: TestServer;
let yard: Yard;
beforeAll(async () => {
  house = await testServer({
    SIGNALBOX_LOG_FOLLOWERS: String(followers + 1),
    SIGNALBOX_LOG_FOLLOW_STALL_SECONDS: '2',
    SIGNALBOX_LOG_READ_BYTES: '100000',
  });
  yard = await openYard(house);
});
afterAll(() => house.stop());

type Followed = {
  text: string;
  times: (string | undefined)[];
  lastId: string;
  isEnded: boolean;
  isClosed: boolean;
  close(): void;
};

async function follow({ runId }: HeldRun, query = '', headers: Record<string, string> = {}): Promise<Followed> {
  const request = get(`${house.address}/api/v1/runs/${runId}/steps/1/log/live${query}`, { agent: false, headers });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  if (response.statusCode !== 200) throw new Error(`it answered ${response.statusCode}`);
  const seen: Followed = {
    text: '',
    times: [],
    lastId: '',
    isEnded: false,
    isClosed: false,
    close: () => request.destroy(),
  };
  let rest = '';
  response.setEncoding('utf8').on('data', (piece: string) => {
    const events = (rest + piece).split('\n\n');
    rest = events.pop()!;
    for (const event of events) {
      const field = (name: string) => new RegExp(`^${name}: ?(.*)$`, 'm').exec(event)?.[1];
      if (field('event') === 'log') {
        const { text, times } = JSON.parse(field('data')!) as { text: string; times?: string };
        seen.text += text;
        seen.times.push(times);
      }
      if (field('event') === 'end') seen.isEnded = true;
      seen.lastId = field('id') ?? seen.lastId;
    }
  });
  response.on('close', () => {
    seen.isClosed = true;
  });
  response.on('error', () => undefined);
  return seen;
}

const has = (seen: Followed, text: string) =>
  until(`${JSON.stringify(text.slice(-40))}`, async () => seen.text === text, { seconds: 20 });

/** Appends, and returns what there is then. */
function printer(run: HeldRun) {
  let [all, offset] = ['', 0];
  return async (text: string) => {
    await yard.appendLog(run, text, { step: 1, offset });
    offset += Buffer.byteLength(text);
    all += text;
    return all;
  };
}

test('says when the lines that begin in an event were printed, where their worker did', async () => {
  const run = await yard.holdRun();
  const at = 1_795_436_400_000;
  const head = {
    isInsideLine: false,
    state: '',
    times: [
      { lines: 2, at },
      { lines: 1, at: at + 40 },
    ],
  };
  await yard.appendLog(run, 'one\ntwo\nthr', { step: 1, head });
  const seen = await follow(run);
  await has(seen, 'one\ntwo\nthr');
  await yard.appendLog(run, 'ee\n', { step: 1, offset: 11 });
  await has(seen, 'one\ntwo\nthree\n');
  expect(seen.times).toEqual([`${at}*2 40`, undefined]);
  seen.close();
  const late = await follow(run, '?from=5');
  await has(late, 'wo\nthree\n');
  expect(late.times).toEqual([String(at + 40)]);
  late.close();
});

test('brings what was there and what comes, and ends with the log', async () => {
  const run = await yard.holdRun();
  const print = printer(run);
  await print('one\n');
  const seen = await follow(run);
  await has(seen, 'one\n');
  await has(seen, await print('two 🐎\n'));
  const late = await follow(run, '?tail=5');
  await has(late, '🐎\n');
  const all = await print('three\n');
  await yard.finish(run, 'passed', [0, Buffer.byteLength(all)]);
  for (const one of [seen, late]) await until('the end', async () => one.isEnded && one.isClosed, { seconds: 20 });
  expect([seen.text, seen.lastId, late.text]).toEqual([all, String(Buffer.byteLength(all)), '🐎\nthree\n']);
  // Also who comes when it is over, and sealed.
  await until('it to be sealed', async () => {
    return (await house.person.call('get-run', { params: { run: run.runId } })).logState === 'sealed';
  });
  const after = await follow(run, '?from=4');
  await until('the end', async () => after.isEnded, { seconds: 20 });
  expect(after.text).toBe(all.slice(4));
});

test('goes on where it was cut off, and no character is torn', async () => {
  const run = await yard.holdRun();
  const horse = Buffer.from('🐎');
  const parts = [
    Buffer.concat([Buffer.from('a'), horse.subarray(0, 2)]),
    Buffer.concat([horse.subarray(2), Buffer.from('b\n')]),
  ];
  await yard.appendBytes(run, parts[0]!, { step: 1, offset: 0 });
  const first = await follow(run);
  await has(first, 'a');
  first.close();
  await yard.appendBytes(run, parts[1]!, { step: 1, offset: 3 });
  const second = await follow(run, '?from=0', { 'last-event-id': first.lastId });
  await has(second, '🐎b\n');
  second.close();
});

test('many who follow cost the database no more than one', async () => {
  const run = await yard.holdRun();
  const print = printer(run);
  await print('begun\n');
  const asked = async () =>
    Number(/^\S*database_queries_total\S* (\d+)/m.exec((await ask(house.address, '/metrics')).text)![1]);
  const cost = async (seen: readonly Followed[]) => {
    const before = await asked();
    for (let turn = 0; turn < 8; turn++) {
      const all = await print(`line ${turn}\n`);
      for (const one of seen)
        await until('the line', async () => all.endsWith(one.text.slice(-7)) && one.text.length === all.length, {
          seconds: 20,
        });
    }
    return (await asked()) - before;
  };
  const one = await follow(run);
  await has(one, 'begun\n');
  const alone = await cost([one]);
  const all = [one, ...(await Promise.all(Array.from({ length: followers - 1 }, () => follow(run))))];
  await Promise.all(all.map((each) => has(each, one.text)));
  const together = await cost(all);
  expect(together).toBeLessThan(alone * 2 + 20);
  await expect(Promise.all([follow(run), follow(run)])).rejects.toThrow('it answered 429');
  for (const each of all) each.close();
}, 60_000);

test('who takes nothing is cut off, and the others go on', async () => {
  const run = await yard.holdRun();
  const print = printer(run);
  const { hostname, port } = new URL(house.address);
  const stuck = connect(Number(port), hostname).pause();
  stuck.on('error', () => undefined);
  let isCut = false;
  stuck.on('close', () => {
    isCut = true;
  });
  stuck.write(`GET /api/v1/runs/${run.runId}/steps/1/log/live HTTP/1.1\r\nhost: ${hostname}:${port}\r\n\r\n`);
  const seen = await follow(run);
  let all = '';
  // More than the system holds for a connection that takes nothing.
  for (let turn = 0; turn < 40; turn++) all = await print(`${String(turn).padStart(9, '.')}${'x'.repeat(250_000)}\n`);
  await until('all of it', async () => seen.text.length === all.length, { seconds: 60 });
  await pause(3_000);
  stuck.resume();
  await until('the other to be cut off', async () => isCut, { seconds: 30 });
  seen.close();
}, 120_000);

test('what is not there is said', async () => {
  expect(await ask(house.address, '/api/v1/runs/999999/steps/1/log/live')).toMatchObject({
    status: 404,
    json: { code: 'run-not-found' },
  });
});
