// What is to be said of a push in one line: how many failed, how far it is, what is still going on.
import type { JobBrief } from '@signalbox/protocol/browser';
import { isOpen, type Stand, standOf } from '../text/stand.ts';

export type Summary = {
  readonly total: number;
  readonly done: number;
  readonly counts: Readonly<Record<Stand, number>>;
  /** Of all jobs, how many have ended; rounded down, so that 100 means all. */
  readonly percent: number;
  /** The parts of the line, in order. */
  readonly parts: readonly { readonly stand: Stand | null; readonly text: string }[];
  /** The worst thing that is true of it. */
  readonly stand: Stand;
};

export function summaryOf(jobs: readonly JobBrief[]): Summary {
  const counts = {
    failed: 0,
    errored: 0,
    running: 0,
    held: 0,
    ready: 0,
    waiting: 0,
    cancelled: 0,
    skipped: 0,
    passed: 0,
  };
  for (const job of jobs) counts[standOf(job)]++;
  const open = counts.running + counts.ready + counts.waiting;
  const done = jobs.length - open - counts.held;
  const percent = jobs.length === 0 ? 100 : Math.floor((done / jobs.length) * 100);
  return {
    total: jobs.length,
    done,
    counts,
    percent,
    parts: partsOf(counts, jobs.length, percent, open),
    stand: worst(counts),
  };
}

function partsOf(counts: Record<Stand, number>, total: number, percent: number, open: number): Summary['parts'] {
  const parts: { stand: Stand | null; text: string }[] = [];
  for (const stand of ['failed', 'errored', 'cancelled'] as const) {
    if (counts[stand] > 0) parts.push({ stand, text: `${counts[stand]} ${stand}` });
  }
  if (open + counts.held > 0) {
    parts.push({ stand: null, text: `${percent} %` });
    if (open > 0) parts.push({ stand: counts.running > 0 ? 'running' : 'ready', text: `${open} in progress` });
    if (counts.held > 0) parts.push({ stand: 'held', text: `${counts.held} held` });
  } else if (total > 0 && counts.passed === total) {
    parts.push({ stand: 'passed', text: total === 1 ? 'the job passed' : `all ${total} passed` });
  } else {
    if (counts.passed > 0) parts.push({ stand: 'passed', text: `${counts.passed} passed` });
    if (counts.skipped > 0) parts.push({ stand: 'skipped', text: `${counts.skipped} skipped` });
  }
  return parts;
}

function worst(counts: Record<Stand, number>): Stand {
  for (const stand of ['failed', 'errored'] as const) if (counts[stand] > 0) return stand;
  for (const stand of ['running', 'held', 'ready', 'waiting'] as const)
    if (isOpen(stand) && counts[stand] > 0) return stand;
  for (const stand of ['cancelled', 'passed'] as const) if (counts[stand] > 0) return stand;
  return 'skipped';
}
