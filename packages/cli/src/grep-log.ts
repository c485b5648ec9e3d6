// Lines of a run that hold a text: the server searches, this asks it to go on until all is searched.
import { stripVTControlCharacters } from 'node:util';
import type { Client, LogFound, LogHit } from '@signalbox/protocol/browser';
import { exitCode } from './exit-codes.ts';
import { runOfJob } from './follow-log.ts';
import { type LineClock, lineClocks, type TimeKind } from './line-clock.ts';
import { clean, type Output } from './output.ts';

export type Grep = {
  readonly text: string;
  readonly regex: boolean;
  readonly ignoreCase: boolean;
  readonly step: number | undefined;
  /** Lines alone, without their places and with their own colours. */
  readonly raw: boolean;
  readonly times: TimeKind | undefined;
};

/** The exit code: not-found when no line holds it, as scripts expect of a search. */
export async function grepLog(client: Client, output: Output, jobId: number, grep: Grep): Promise<number> {
  const { run } = await runOfJob(client, jobId);
  const { text, regex, ignoreCase, step } = grep;
  const clocks = grep.times && lineClocks(output, grep.times, () => run);
  const ofSteps = new Map<number, LineClock>();
  const timeOf = ({ step, printedAt }: LogHit): string => {
    const clock = ofSteps.get(step) ?? clocks?.step(step);
    if (clock) ofSteps.set(step, clock);
    return clock?.of(printedAt ? Date.parse(printedAt) : null) ?? '';
  };
  const all: LogHit[] = [];
  let cursor: string | undefined;
  let [cutLines, count] = [0, 0];
  do {
    const query = { text, regex, ignoreCase, step, limit: 1000, cursor };
    const found: LogFound = await client.call('search-log', { params: { run: run.id }, query });
    for (const hit of found.hits) {
      if (output.json) all.push(hit);
      else output.raw(`${timeOf(hit)}${grep.raw ? hit.text : lineOf(output, hit)}\n`);
    }
    count += found.hits.length;
    cutLines += found.cutLines;
    cursor = found.more ?? undefined;
  } while (cursor !== undefined);
  if (output.json) output.answer({ run, hits: all, cutLines }, () => '');
  if (cutLines > 0) output.note(`Only the beginning of ${cutLines} long lines was looked at; without --regex all is.`);
  clocks?.end();
  if (count > 0) return exitCode('ok');
  output.note(`No line ${regex ? 'matches' : 'holds'} "${clean(text)}".`);
  return exitCode('not-found');
}

function lineOf(output: Output, { step, line, text, from, to, whole }: LogHit): string {
  const [before, found, after] = [text.slice(0, from), text.slice(from, to), text.slice(to)].map((part) =>
    stripVTControlCharacters(part).replace(/[\x00-\x08\x0b-\x1f\x7f]/g, ''),
  );
  const cut = whole ? '' : output.style('dim', ' … cut');
  return `${output.style('dim', `${step}:${line}:`)} ${before}${output.style(['red', 'bold'], found ?? '')}${after}${cut}`;
}
