// How things look in text: a state and its sign, how long something took, how long ago it was.
import type { JobBrief, JobState, Verdict } from '@signalbox/protocol/browser';
import type { Output, Style } from './output.ts';

const looks = {
  passed: ['✔', 'green'],
  failed: ['✖', 'red'],
  errored: ['⚠', 'magenta'],
  cancelled: ['⊘', 'yellow'],
  skipped: ['↷', 'dim'],
  waiting: ['·', 'dim'],
  held: ['‖', 'yellow'],
  ready: ['·', 'dim'],
  running: ['▶', 'cyan'],
} as const satisfies Record<Verdict | Exclude<JobState, 'done'>, readonly [sign: string, style: Style]>;

export type Standing = keyof typeof looks;

/** Where a job stands in one word: its verdict when it has one. */
export const standing = (job: Pick<JobBrief, 'state' | 'verdict'>): Standing =>
  job.verdict ?? (job.state === 'done' ? 'errored' : job.state);

/** Sign and word, coloured: never colour alone. */
export function paint(output: Output, word: Standing): string {
  const [sign, style] = looks[word];
  return output.style(style, `${sign} ${word}`);
}

export function duration(fromIso: string | null, toIso: string | null, now = Date.now()): string {
  if (!fromIso) return '';
  return span((toIso ? Date.parse(toIso) : now) - Date.parse(fromIso));
}

export function span(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${String(Math.floor(seconds % 60)).padStart(2, '0')} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

export function bytes(count: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, count)) / 10));
  return `${power === 0 ? count : (count / 1024 ** power).toFixed(1)} ${units[power]}`;
}
