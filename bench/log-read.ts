// Reading logs: 200 lines out of 1 GB that nobody has looked at before, a word searched in 500 MB, and 500 readers who follow one log
// while it is written. The logs are made of prepared chunks; the server was started anew before it is asked for the first time.
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { until } from '../test/kit/wait.ts';
import { percentile, rounded, say } from './ground/figures.ts';
import { type House, startHouse } from './ground/house.ts';
import { append, chunksOf, fillLog, type OpenRun, openRuns, type PreparedChunk } from './ground/loaded-log.ts';
import { writePrintedText } from './ground/printed-text.ts';
import { Wire } from './ground/wire.ts';

const word = 'needle-in-the-hay';
const rangeMegabytes = 1_000;
const searchMegabytes = 500;
const ranges = 20;
const followers = 500;
const followSeconds = 20;
/** What a chatty build prints: 40 lines four times a second. */
const linesOfTurn = 40;

export async function logRead(args: readonly string[]): Promise<Record<string, number>> {
  const { values } = parseArgs({
    args: [...args],
    options: { scale: { type: 'string', default: '1' }, profile: { type: 'string' } },
  });
  const scale = Number(values.scale);
  const house = await startHouse({
    profile: values.profile,
    settings: { SIGNALBOX_LOG_STEP_BYTES: '2000000000', SIGNALBOX_LOG_SEARCH_SECONDS: '60' },
  });
  try {
    const text = writePrintedText(path.join(house.data, 'printed.txt'), 20, 'no secret is in this text');
    const chunks = chunksOf(text.sample);
    sayLimit(chunks);
    const [wide, long, live] = (await openRuns(house, 'read', 3)) as [OpenRun, OpenRun, OpenRun];
    say(
      `filling a log of ${rangeMegabytes * scale} MB, and one of ${searchMegabytes * scale} MB that ends with a word`,
    );
    await fillAndEnd(house, wide, chunks, rangeMegabytes * 1e6 * scale);
    await fillAndEnd(
      house,
      long,
      [...chunks, ...chunksOf(Buffer.from(`${word}\n`))],
      searchMegabytes * 1e6 * scale,
      true,
    );
    const person = await Wire.open(house.address, house.tokens.person);
    const rangeMs = await readRanges(house, person, wide);
    const searchSeconds = await search(person, long);
    person.close();
    const followersCpu = await follow(house, live);
    return { rangeMs, searchSeconds, followersCpu };
  } finally {
    await house.stop();
  }
}

/** Inflating is what a search cannot do without; the server does it on as many cores as it has threads. */
function sayLimit(chunks: readonly PreparedChunk[]): void {
  const inflateAll = () => {
    for (const { member, sizeBytes } of chunks) gunzipSync(member, { chunkSize: sizeBytes + 64 });
  };
  // What has run once is faster.
  inflateAll();
  const began = performance.now();
  inflateAll();
  const bytes = chunks.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const mbPerSecond = bytes / 1e3 / (performance.now() - began);
  say(
    `limits of the machine now: gunzip makes ${rounded(mbPerSecond, 0)} MB/s of this text on one core: ${searchMegabytes} MB take ${rounded(searchMegabytes / mbPerSecond, 2)} s`,
  );
}

async function fillAndEnd(
  house: House,
  run: OpenRun,
  chunks: readonly PreparedChunk[],
  bytes: number,
  endsWithWord = false,
): Promise<void> {
  const usual = endsWithWord ? chunks.slice(0, -1) : chunks;
  let size = await fillLog(run, usual, bytes);
  if (endsWithWord) size += await append(run, size, chunks.slice(-1));
  await run.worker.finish(run, [0, size]);
  await until(
    'the log in the archive',
    async () => {
      const { rows } = await house.database.query('select 1 from sealed_log where run_id = $1', [run.runId]);
      return rows.length === 1;
    },
    { seconds: 600 },
  );
}

/** Half of the answers came within this. The first one of a place finds nothing in the server's memory: places differ. */
async function readRanges(house: House, person: Wire, run: OpenRun): Promise<number> {
  const { rows } = await house.database.query<{ lines: string }>(
    'select lines from log where run_id = $1 and step = 1',
    [run.runId],
  );
  const lines = Number(rows[0]!.lines);
  const millis: number[] = [];
  for (let turn = 0; turn < ranges; turn++) {
    dropFileCache();
    const from = 1 + Math.floor(((turn * 7 + 3) % ranges) * ((lines - 200) / ranges));
    const began = performance.now();
    const { status, body } = await person.send(
      'GET',
      `/api/v1/runs/${run.runId}/steps/1/log?lines=${from}-${from + 199}`,
      '',
    );
    millis.push(performance.now() - began);
    if (status !== 200 || body.split('\n').length !== 201) throw new Error(`${status}: these are not 200 lines`);
  }
  say(
    `  200 of ${lines} lines: half within ${rounded(percentile(millis, 0.5))} ms, the first ${rounded(millis[0]!)}, the slowest ${rounded(Math.max(...millis))}`,
  );
  return rounded(percentile(millis, 0.5));
}

/** The system keeps what was written: as root it can be told to forget it, so that a range is read from the disk. */
function dropFileCache(): void {
  try {
    writeFileSync('/proc/sys/vm/drop_caches', '1');
  } catch {
    // Not root: then only the server's own memory is cold.
  }
}

async function search(person: Wire, run: OpenRun): Promise<number> {
  const seconds: number[] = [];
  for (let turn = 0; turn < 3; turn++) {
    const began = performance.now();
    const found = await person.call<{ hits: unknown[]; more: string | null }>(
      'GET',
      `/api/v1/runs/${run.runId}/log/search?text=${word}`,
    );
    seconds.push((performance.now() - began) / 1000);
    if (found.hits.length !== 1 || found.more !== null) throw new Error('The word was not found once, in one call');
  }
  say(`  a word in ${searchMegabytes} MB: ${seconds.map((each) => rounded(each, 2)).join(', ')} s`);
  return rounded(percentile(seconds, 0.5), 2);
}

/** Percent of one core that server and database need more with them than without. */
async function follow(house: House, run: OpenRun): Promise<number> {
  const lines = Buffer.from(
    `${'a line of a build that is followed while it is written, as long as lines are '.padEnd(99, '.')}\n`.repeat(
      linesOfTurn,
    ),
  );
  const [turn] = chunksOf(lines);
  if (!turn) throw new Error('There is nothing to print');
  let offset = 0;
  const print = async (): Promise<number> => {
    const before = house.cpu();
    const began = performance.now();
    for (let turns = 0; turns < followSeconds * 4; turns++) {
      offset += await append(run, offset, [turn]);
      await pause(Math.max(0, began + (turns + 1) * 250 - performance.now()));
    }
    const after = house.cpu();
    return (
      ((after.server + after.database - before.server - before.database) / ((performance.now() - began) / 1000)) * 100
    );
  };
  const alone = await print();
  const counts = await Promise.all(Array.from({ length: followers }, () => followOne(house, run)));
  const together = await print();
  await until('all of them to have it all', async () => counts.every((each) => each.next === offset), { seconds: 60 });
  say(
    `  ${followers} followers of 160 lines a second: ${rounded(alone)} % of a core without them, ${rounded(together)} % with them`,
  );
  for (const each of counts) each.close();
  return rounded(together - alone);
}

async function followOne(house: House, run: OpenRun): Promise<{ readonly next: number; close(): void }> {
  const request = get(`${house.address}/api/v1/runs/${run.runId}/steps/1/log/live?tail=0`, {
    agent: false,
    headers: { authorization: `Bearer ${house.tokens.person}` },
  });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  if (response.statusCode !== 200) throw new Error(`A follower was answered ${response.statusCode}`);
  let next = 0;
  response.setEncoding('latin1').on('data', (piece: string) => {
    for (const [, id] of piece.matchAll(/^id: (\d+)$/gm)) next = Number(id);
  });
  response.on('error', () => undefined);
  return {
    get next() {
      return next;
    },
    close: () => request.destroy(),
  };
}
