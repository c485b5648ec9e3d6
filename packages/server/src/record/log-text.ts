// What the server itself writes into a sealed log: the header, the lines around each step, and what never arrived.
import type { Step } from '@signalbox/protocol';
import type { RunFacts } from './facts.ts';

/** A sealed log in order: the server's own text, and between it whole logs of steps. */
export type LogPiece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'step'; readonly step: number; readonly sizeBytes: number };

/** `sizes`: bytes that are there, by step. Pure, so the same run always makes the same file. */
export function piecesOf(facts: RunFacts, sizes: ReadonlyMap<number, number>): LogPiece[] {
  const named = new Map(facts.steps.map((step) => [step.index, step]));
  const indexes = [...new Set([...named.keys(), ...sizes.keys()])].sort((a, b) => a - b);
  const pieces: LogPiece[] = [];
  let text = headerOf(facts);
  for (const index of indexes) {
    const step = named.get(index);
    const name = step ? oneLine(step.name) : `step ${index}`;
    const sizeBytes = sizes.get(index) ?? 0;
    if (step && !step.startedAt && sizeBytes === 0) {
      text += `\nLeft out ${name} (${step.state})\n`;
      continue;
    }
    text += `\nStarted ${name} at ${step?.startedAt ?? 'a time that is not known'}\n`;
    if (sizeBytes > 0) {
      pieces.push({ kind: 'text', text }, { kind: 'step', step: index, sizeBytes });
      // What the step printed may lack its last line end; its bytes stay as they are, so this line end is ours.
      text = '\n';
    }
    const missing = Math.max(0, (facts.announced?.[index] ?? 0) - sizeBytes);
    if (missing > 0) text += `Missing: ${missing} bytes of this log never arrived\n`;
    text += step?.endedAt ? `Finished ${name} at ${step.endedAt} (${outcomeOf(step)})\n` : `Not finished: ${name}\n`;
  }
  pieces.push({ kind: 'text', text });
  return pieces;
}

/** Bytes that the worker announced and never sent. */
export function missingBytes(facts: RunFacts, sizes: ReadonlyMap<number, number>): number {
  const announced = facts.announced ?? [];
  return announced.reduce((sum, bytes, step) => sum + Math.max(0, bytes - (sizes.get(step) ?? 0)), 0);
}

function headerOf(facts: RunFacts): string {
  const lines: [name: string, value: string][] = [
    ['lane', facts.lane],
    ['run', String(facts.attempt)],
    ['worker', `${facts.worker} (pool ${facts.pool})`],
    ['start', facts.startedAt ?? facts.claimedAt],
    ['end', facts.endedAt ?? 'not yet'],
    [
      'verdict',
      facts.verdict
        ? `${facts.verdict}${facts.reason ? ` (${facts.reason.code}: ${facts.reason.text})` : ''}`
        : 'none yet',
    ],
    ['build id', facts.buildId],
    ['repository', facts.repo],
    ['branch', facts.branch],
    ['revision', facts.revision ?? 'none'],
    ['cause', facts.cause],
  ];
  if (facts.endedAt && !facts.announced) {
    lines.push(['log', 'ends where the worker was lost; what it printed after that is not known']);
  }
  return lines.map(([name, value]) => `${name}: ${oneLine(value)}\n`).join('');
}

function outcomeOf({ state, exitCode, startedAt, endedAt }: Step): string {
  const parts: string[] = [state];
  if (exitCode !== null) parts.push(`exit ${exitCode}`);
  if (startedAt && endedAt)
    parts.push(`elapsed ${((Date.parse(endedAt) - Date.parse(startedAt)) / 1000).toFixed(3)} s`);
  return parts.join(', ');
}

/** A name or a reason comes from outside: it must not look like a header line of its own. */
const oneLine = (text: string) => text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ');
