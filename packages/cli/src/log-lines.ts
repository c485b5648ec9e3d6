// Some lines of a run's log: a range of one step, or the last ones of all that it printed.
import { stripVTControlCharacters } from 'node:util';
import type { Client } from '@signalbox/protocol/browser';
import { heading, isoTimes, runOfJob } from './follow-log.ts';
import { lineClocks, type TimeKind } from './line-clock.ts';
import { logEvents } from './log-events.ts';
import { Mistake } from './mistake.ts';
import type { Output } from './output.ts';

export type LinesWanted =
  | { readonly kind: 'range'; readonly lines: string; readonly step: number }
  | { readonly kind: 'last'; readonly count: number; readonly step: number | undefined };
type Part = { readonly step: number; readonly from: number; readonly text: string };
type How = { readonly raw: boolean; readonly times: TimeKind | undefined };

export async function printLines(
  client: Client,
  output: Output,
  jobId: number,
  wanted: LinesWanted,
  { raw, times }: How,
): Promise<void> {
  const found = await runOfJob(client, jobId);
  const printing = found.logs.filter(({ sizeBytes }) => sizeBytes > 0).map(({ step }) => step);
  const parts =
    wanted.kind === 'last'
      ? await lastLines(client, found.run.id, printing, wanted)
      : [await readLines(client, found.run.id, wanted.step, { lines: wanted.lines })];
  const clocks = times && lineClocks(output, times, () => found.run);
  const timed = await Promise.all(
    parts.map(async (part) => (clocks ? { ...part, times: await timesOfPart(client, found.run.id, part) } : part)),
  );
  if (output.json) {
    const logs = timed.map(({ from: _, ...part }) =>
      'times' in part ? { ...part, times: isoTimes(part.times) } : part,
    );
    return output.answer({ run: found.run, logs }, () => '');
  }
  if (parts.every(({ text }) => text === '')) throw nothingThere(wanted);
  for (const part of timed) {
    if (!raw) heading(output, found, part.step);
    const plain = raw || output.colours ? part.text : stripVTControlCharacters(part.text);
    output.raw('times' in part && clocks ? clocks.step(part.step).stamp(plain, part.times) : plain);
    if (!raw && !plain.endsWith('\n')) output.raw('\n');
  }
  clocks?.end();
}

/** An answer's header would tell them of some hundred lines; the stream tells all. */
async function timesOfPart(client: Client, run: number, { step, from, text }: Part): Promise<(number | null)[]> {
  const lines = text.split('\n').length - (text === '' || text.endsWith('\n') ? 1 : 0);
  const times: (number | null)[] = [];
  if (lines === 0) return times;
  for await (const piece of logEvents(client, run, step, from)) {
    times.push(...piece.times);
    if (times.length >= lines) break;
  }
  return times.slice(0, lines);
}

/** Of the last step, and of those before it while it has fewer. */
async function lastLines(
  client: Client,
  run: number,
  steps: readonly number[],
  { count, step: only }: { readonly count: number; readonly step: number | undefined },
): Promise<Part[]> {
  const parts: Part[] = [];
  let missing = count;
  for (const step of steps.toReversed()) {
    if (missing === 0) break;
    if (only !== undefined && step !== only) continue;
    const part = await readLines(client, run, step, { tailLines: missing });
    parts.unshift(part);
    missing -= part.text.split('\n').length - (part.text.endsWith('\n') ? 1 : 0);
  }
  return parts;
}

/** One answer may hold less than all of them; the rest is read by bytes. */
async function readLines(
  client: Client,
  run: number,
  step: number,
  query: { readonly lines?: string; readonly tailLines?: number },
): Promise<Part> {
  const params = { run, step };
  const decoder = new TextDecoder();
  let response = await client.call('read-log', { params, query });
  const end = Number(response.headers.get('x-log-end'));
  const from = Number(response.headers.get('x-log-from'));
  let text = '';
  for (;;) {
    text += decoder.decode(await response.arrayBuffer(), { stream: true });
    const next = Number(response.headers.get('x-log-next'));
    if (next >= end) return { step, from, text };
    response = await client.call('read-log', { params, query: { from: next, limit: Math.min(end - next, 1_048_576) } });
  }
}

function nothingThere(wanted: LinesWanted): Mistake {
  const what = wanted.kind === 'range' ? `no line ${wanted.lines} in the log of step ${wanted.step}` : 'nothing';
  return new Mistake('not-found', `There is ${what} yet.`, 'Without --lines and --tail all is printed that is there.');
}
