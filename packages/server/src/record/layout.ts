// Where in the archive a run's log and artifacts lie, from the job's attributes alone: the one template of all paths.
//
//   <repo>/builds/<branch>-<platform>[-<variant>]/<build id as unix time>/         what pushes, people and programs start
//   <repo>/nightly/YYYY/MM/YYYY-MM-DD-hh-mm-ss-<branch>/                           nightlies, by their build id
//   <repo>/try/<person>-<revision, 12>/<platform>[-<variant>]/<build id as unix time>/
//
// and in each of them, of each run:
//
//   <lane>-run<N>.txt.gz     its log
//   <lane>-run<N>/<path>     its artifacts
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
  /** Who sent it, where somebody is named. */
  readonly person: string | null;
  readonly revision: string | null;
  /** YYYYMMDDhhmmss, UTC. Only one pipeline has it, so only its jobs share a directory. */
  readonly buildId: string;
  readonly lane: string;
  readonly attempt: number;
  /** Where the first of its artifacts lies, by name; null for none. */
  readonly begunAt: string | null;
};

/**
 * Where a run's log and artifacts lie. A run that left an artifact while all causes lay in `builds` goes on there: what is of
 * one run is never in two places.
 */
export function directoryOf(place: RunPlace): string {
  const repo = segment(place.repo);
  const before = `${repo}/${builds(place)}`;
  if (place.begunAt?.startsWith(`${before}/${runName(place)}/`)) return before;
  return `${repo}/${byCause[place.cause](place)}`;
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
  nightly,
  try: tried,
  // `candidates/<version>/build<n>/` once something gives a release its version; until then it is a build like others.
  release: builds,
} satisfies Record<Cause, (place: RunPlace) => string>;

function builds({ branch, platform, variant, buildId }: RunPlace): string {
  return `builds/${joined(branch, platform, variant)}/${unixTime(buildId)}`;
}

/** Its own build id makes it the directory of one pipeline, all platforms together: lanes are unique there. */
function nightly({ branch, buildId }: RunPlace): string {
  const [year, month, ...rest] = timeOf(buildId);
  return `nightly/${year}/${month}/${[year, month, ...rest].join('-')}-${segment(branch)}`;
}

/** Between these two lie all places of a repository's nightlies, by time. `repo`: as a name in the archive. */
export const nightliesOf = (repo: string) => ({ from: `${repo}/nightly/`, to: `${repo}/nightly0` });

/**
 * People send one revision more than once, each time with other jobs, or with the same ones again: these lie side by side by
 * platform, and the build's time below keeps a lane of one from taking the place of the same lane of another.
 */
function tried({ person, revision, platform, variant, buildId }: RunPlace): string {
  const who = segment(person ?? 'nobody', { most: partBytes });
  const what = segment((revision ?? 'none').slice(0, 12));
  return `try/${who}-${what}/${joined(platform ?? 'any', variant)}/${unixTime(buildId)}`;
}

const joined = (...parts: readonly (string | null)[]) =>
  parts
    .filter((part) => part !== null)
    .map((part) => segment(part, { most: partBytes }))
    .join('-');

/** Three of them make a name. That two may make the same one is harmless: the unix time below it belongs to one pipeline. */
const partBytes = 80;

/** Two lanes of a pipeline may differ in case only. Lanes are unique within it, so the name is unique in its directory. */
const runName = ({ lane, attempt }: RunPlace) => `${segment(lane, { foldCase: true })}-run${attempt}`;

function unixTime(buildId: string): number {
  const [year, month, day, hour, minute, second] = timeOf(buildId).map(Number);
  return Date.UTC(year!, month! - 1, day!, hour, minute, second) / 1000;
}

/** Year, month, day, hour, minute, second. */
const timeOf = (buildId: string) => /^(....)(..)(..)(..)(..)(..)$/.exec(buildId)!.slice(1);
