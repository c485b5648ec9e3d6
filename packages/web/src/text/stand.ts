// How a job stands, as one word: its state until it is done, its verdict after. Colours, shapes and sentences hang on it.
import type { JobBrief, JobState, StepState, Verdict } from '@signalbox/protocol/browser';

export type Stand = Exclude<JobState, 'done'> | Verdict;

export function standOf(job: Pick<JobBrief, 'state' | 'verdict'>): Stand {
  return job.state === 'done' ? (job.verdict ?? 'skipped') : job.state;
}

/** The order in which people want to see them: what needs someone first. */
export const stands: readonly Stand[] = [
  'failed',
  'errored',
  'running',
  'held',
  'ready',
  'waiting',
  'cancelled',
  'skipped',
  'passed',
];

export const standWords: Readonly<Record<Stand, string>> = {
  failed: 'failed',
  errored: 'errored',
  running: 'running',
  held: 'held for an answer or a place in its group',
  ready: 'ready for a worker',
  waiting: 'waiting for other jobs',
  cancelled: 'cancelled',
  skipped: 'skipped',
  passed: 'passed',
};

/** One character that stands beside the colour, so that colour is never the only sign. */
export const standSigns: Readonly<Record<Stand, string>> = {
  failed: '✕',
  errored: '!',
  running: '▶',
  held: '‖',
  ready: '◦',
  waiting: '…',
  cancelled: '⊘',
  skipped: '–',
  passed: '✓',
};

export function isFailure(stand: Stand): boolean {
  return stand === 'failed' || stand === 'errored';
}

export function isOpen(stand: Stand): boolean {
  return stand === 'running' || stand === 'held' || stand === 'ready' || stand === 'waiting';
}

/** A step has no `ready`; otherwise its words are the same. */
export function standOfStep(state: StepState): Stand {
  return state;
}

/** The whole of it in a sentence: the title and the accessible name of a job wherever it is small. */
export function sentenceOf(job: Pick<JobBrief, 'name' | 'state' | 'verdict' | 'reason' | 'runCount' | 'gate'>): string {
  const stand = standOf(job);
  if (stand === 'held' && job.gate !== null) return `${job.name}, waits for an answer: ${job.gate}`;
  const attempts = job.runCount > 1 ? `, attempt ${job.runCount}` : '';
  const reason = job.reason && stand !== 'passed' ? `: ${job.reason.text}` : '';
  return `${job.name}, ${standWords[stand]}${attempts}${reason}`;
}
