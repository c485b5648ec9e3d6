// Reads the log of a job's newest run piece by piece, in the order of its steps, until there is no more (to come).
import { stripVTControlCharacters } from 'node:util';
import type { Client, RunDetail } from '@signalbox/protocol/browser';
import { lineClocks, type TimeKind } from './line-clock.ts';
import { listen, type News } from './live.ts';
import { type LogPiece, logEvents } from './log-events.ts';
import { Mistake } from './mistake.ts';
import { clean, type Output } from './output.ts';
import { duration, paint } from './words.ts';

export type LogOptions = {
  readonly step: number | undefined;
  readonly follow: boolean;
  readonly raw: boolean;
  readonly times: TimeKind | undefined;
};
type Piece = Pick<LogPiece, 'text' | 'times'>;

const lookEveryMs = 2000;

export async function followLog(client: Client, output: Output, jobId: number, options: LogOptions): Promise<void> {
  let news: News | undefined;
  try {
    let found = await newestRun(client, jobId);
    if (!found && !options.follow) throw await notStarted(client, jobId);
    const waiting = !found || options.follow ? listen(client, [`job:${jobId}`]) : undefined;
    try {
      while (!found) {
        await waiting?.next(lookEveryMs);
        found = await newestRun(client, jobId);
      }
    } finally {
      waiting?.close();
    }
    const runId = found.run.id;
    if (options.follow && found.run.endedAt === null) news = listen(client, [`run:${runId}`]);
    const printed: { step: number; text: string; times?: (string | null)[] }[] = [];
    const clocks = options.times && lineClocks(output, options.times, () => found!.run);
    for (let step = options.step ?? 0; ; step += 1) {
      // The steps are known once the run has begun; before that there is at least the set-up.
      while (news && isOpen(found) && step >= Math.max(1, stepCount(found))) {
        await news.next(lookEveryMs);
        found = await readRun(client, runId);
      }
      const count = stepCount(found);
      if (options.step !== undefined && options.step >= count && !isOpen(found)) throw noSuchStep(options.step, count);
      if (step >= count) break;
      if (!options.raw) heading(output, found, step);
      const clock = clocks?.step(step);
      const pieces: Piece[] = [];
      const reading = { news, withTimes: clock !== undefined };
      found = await printStep(client, found, step, reading, ({ text, times }) => {
        if (output.json) return void pieces.push({ text, times });
        const plain = options.raw || output.colours ? text : stripVTControlCharacters(text);
        output.raw(clock ? clock.stamp(plain, times) : plain);
      });
      const text = pieces.map((piece) => piece.text).join('');
      printed.push({ step, text, ...(clock && { times: isoTimes(pieces.flatMap(({ times }) => times)) }) });
      if (options.step !== undefined) break;
    }
    if (output.json) output.answer({ run: found.run, logs: printed }, () => '');
    else if (!options.raw) ending(output, found, news !== undefined);
    clocks?.end();
  } finally {
    news?.close();
  }
}

export const isoTimes = (times: readonly (number | null)[]) =>
  times.map((at) => (at === null ? null : new Date(at).toISOString()));

/** Prints one step to its end as it is now or, with news, until it has ended. */
async function printStep(
  client: Client,
  run: RunDetail,
  step: number,
  { news, withTimes }: { news: News | undefined; withTimes: boolean },
  print: (piece: Piece) => void,
): Promise<RunDetail> {
  const runId = run.run.id;
  const isFollowed = news !== undefined && isOpen(run);
  if (isFollowed || withTimes) {
    const end = isFollowed ? Number.POSITIVE_INFINITY : (run.logs.find((log) => log.step === step)?.sizeBytes ?? 0);
    if (end > 0) {
      for await (const piece of logEvents(client, runId, step)) {
        print(piece);
        if (piece.next >= end) break;
      }
    }
    return isFollowed ? readRun(client, runId) : run;
  }
  const decoder = new TextDecoder();
  for (let [from, size] = [0, Number.POSITIVE_INFINITY]; from < size; ) {
    const response = await client.call('read-log', { params: { run: runId, step }, query: { from } });
    const piece = new Uint8Array(await response.arrayBuffer());
    print({ text: decoder.decode(piece, { stream: true }), times: [] });
    const next = Number(response.headers.get('x-log-next') ?? from + piece.length);
    size = next > from ? Number(response.headers.get('x-log-size') ?? next) : from;
    from = next;
  }
  return run;
}

const isOpen = (found: RunDetail) => found.run.endedAt === null || found.logState === 'arriving';

/** What is known of: a step may print before its worker has told that it began. */
const stepCount = (found: RunDetail) =>
  Math.max(found.run.steps.length, ...found.logs.filter((log) => log.sizeBytes > 0).map((log) => log.step + 1), 0);

/** Before what a step printed. */
export function heading(output: Output, found: RunDetail, index: number): void {
  const step = found.run.steps[index];
  if (!step) return;
  const took = step.endedAt ? `  ${duration(step.startedAt, step.endedAt)}` : '';
  const exit = step.exitCode ? `  exit code ${step.exitCode}` : '';
  output.line(
    output.style('bold', `── ${index} ${clean(step.name)}`) + output.style('dim', `  ${step.state}${took}${exit}`),
  );
}

function ending(output: Output, found: RunDetail, followed: boolean): void {
  const { verdict, reason } = found.run;
  if (verdict) output.line(`── ${paint(output, verdict)}${reason ? `  ${clean(reason.text)}` : ''}`);
  else if (!followed) output.note('It still runs: --follow stays with it.');
}

/** @throws Mistake not-found, with why, when the job has not run */
export async function runOfJob(client: Client, jobId: number): Promise<RunDetail> {
  return (await newestRun(client, jobId)) ?? Promise.reject(await notStarted(client, jobId));
}

async function newestRun(client: Client, jobId: number): Promise<RunDetail | undefined> {
  return (await client.call('get-job', { params: { job: jobId } })).runs[0];
}

const readRun = (client: Client, run: number): Promise<RunDetail> => client.call('get-run', { params: { run } });

async function notStarted(client: Client, jobId: number): Promise<Mistake> {
  const { job, blockers } = await client.call('get-job', { params: { job: jobId } });
  const why = blockers.map((one) => clean(one.what)).join(' ');
  return new Mistake(
    'not-found',
    `Job ${jobId} (${clean(job.name)}) has not run${job.verdict ? `: it was ${job.verdict}` : ' yet'}. ${why}`.trimEnd(),
    job.verdict ? undefined : 'Stay with it until it does: --follow.',
  );
}

const noSuchStep = (step: number, count: number) =>
  new Mistake(
    'not-found',
    `There is no step ${step}: the run has ${count} (0 to ${count - 1}).`,
    'Leave --step out to see all.',
  );
