// Where in the archive a run's log and artifacts lie, from the job's attributes alone: the one template of all paths.
//
//   <repo>/builds/<branch>-<platform>[-<variant>]/<build id as unix time>/<lane>-run<N>.txt.gz     the log
//   <repo>/builds/<branch>-<platform>[-<variant>]/<build id as unix time>/<lane>-run<N>/<path>     the run's artifacts
//
// A run's files lie in a directory of its own beside its log: one look shows which log made which files, and two jobs of a
// platform that both leave `test.log`, or two runs of one job, never overwrite each other.
import { createHash } from 'node:crypto';
import type { Cause } from '@signalbox/protocol';
import { segment } from './segment.ts';

/** What a path is made of. */
export type RunPlace = {
  readonly cause: Cause;
  readonly repo: string;
  readonly branch: string;
  readonly platform: string | null;
  readonly variant: string | null;
  /** YYYYMMDDhhmmss, UTC. Only one pipeline has it, so only its jobs share a directory. */
  readonly buildId: string;
  readonly lane: string;
  readonly attempt: number;
};

/** The directory of a pipeline's jobs of one platform. */
export function directoryOf(place: RunPlace): string {
  return `${segment(place.repo)}/${byCause[place.cause](place)}`;
}

export function logPath(place: RunPlace): string {
  return `${directoryOf(place)}/${runName(place)}.txt.gz`;
}

/** `mark` gives a second place, where another file has the first one already. */
export function artifactPath(place: RunPlace, path: string, mark?: string): string {
  const names = path.split('/');
  const last = segment(names.pop()!, mark === undefined ? {} : { mark });
  const directories = names.map((name) => segment(name));
  const within = [...directories, last].join('/');
  if (within.length <= longestWithin) return `${directoryOf(place)}/${runName(place)}/${within}`;
  const hash = createHash('sha256').update(names.join('/')).digest('hex').slice(0, 12);
  return `${directoryOf(place)}/${runName(place)}/long~${hash}/${last}`;
}

/** Beyond it (a path of many names in another script, say) the directories become a hash: an index row and a disk path have limits. */
const longestWithin = 800;

// Adding a cause is one line here.
const byCause = {
  push: builds,
  manual: builds,
  api: builds,
  backfill: builds,
  // Of their own once something makes them (nightlies, try, releases); until then callers of the API may name them.
  nightly: builds,
  try: builds,
  release: builds,
} satisfies Record<Cause, (place: RunPlace) => string>;

function builds({ branch, platform, variant, buildId }: RunPlace): string {
  const parts = [branch, platform, variant].filter((part) => part !== null);
  return `builds/${parts.map((part) => segment(part, { most: partBytes })).join('-')}/${unixTime(buildId)}`;
}

/** Three of them make a name. That two may make the same one is harmless: the unix time below it belongs to one pipeline. */
const partBytes = 80;

/** Two lanes of a pipeline may differ in case only. Lanes are unique within it, so the name is unique in its directory. */
const runName = ({ lane, attempt }: RunPlace) => `${segment(lane, { foldCase: true })}-run${attempt}`;

function unixTime(buildId: string): number {
  const [, year, month, day, hour, minute, second] = /^(....)(..)(..)(..)(..)(..)$/.exec(buildId)!.map(Number);
  return Date.UTC(year!, month! - 1, day!, hour, minute, second) / 1000;
}
