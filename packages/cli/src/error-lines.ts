// The lines of a run that look like the reason of its failure, as its worker found them.
import type { Client, ErrorLines } from '@signalbox/protocol/browser';
import { exitCode } from './exit-codes.ts';
import { runOfJob } from './follow-log.ts';
import { clean, type Output } from './output.ts';

export type ErrorsWanted = { readonly step: number | undefined; readonly raw: boolean };

/** The exit code: not-found when there are none, as scripts expect of a search. */
export async function printErrors(
  client: Client,
  output: Output,
  jobId: number,
  wanted: ErrorsWanted,
): Promise<number> {
  const { run } = await runOfJob(client, jobId);
  const found = await client.call('list-error-lines', { params: { run: run.id } });
  const isWanted = ({ step }: { readonly step: number }) => wanted.step === undefined || step === wanted.step;
  const errors: ErrorLines = { items: found.items.filter(isWanted), stopped: found.stopped.filter(isWanted) };
  if (output.json) output.answer({ run, ...errors }, () => '');
  for (const { step, line, text } of output.json ? [] : errors.items) {
    output.raw(`${wanted.raw ? '' : `${output.style('dim', `${step}:${line}:`)} `}${clean(text)}\n`);
  }
  for (const { step, line, why } of errors.stopped) {
    const reason = why === 'enough' ? 'there were enough' : 'looking took too long';
    output.note(`Step ${step} was not looked through from line ${line} on: ${reason}.`);
  }
  if (errors.items.length > 0) return exitCode('ok');
  output.note('No line looks like an error. `signalbox compare` shows what differs from the last run that passed.');
  return exitCode('not-found');
}
