// Artifacts of earlier jobs for a later one: what its plan says that it needs, of the run that passed, and nothing else.
import { type Budget, createGlob, type Glob } from '@signalbox/plan';
import { type Download, type DownloadSpec, type MissingDownload, Refused } from '@signalbox/protocol';
import { type Queryable, sql } from '../base/index.ts';
import type { RunHold } from './append.ts';
import { type OpenFile, openArtifact } from './open-files.ts';
import type { ArchiveStore } from './store.ts';

export type Downloads = { readonly items: Download[]; readonly missing: MissingDownload[] };

/** Steps of comparing all patterns of a run with all artifacts; far more than any real job needs. */
const mostSteps = 50_000_000;

/** @throws Refused claim-lost */
export async function listDownloads(db: Queryable, hold: RunHold): Promise<Downloads> {
  const asked = await askedOf(db, hold);
  const left = await artifactsOf(db, hold.runId, [...new Set(asked.map(({ job }) => job))]);
  const budget = { steps: mostSteps };
  const items: Download[] = [];
  const missing: MissingDownload[] = [];
  for (const { job, artifacts, into } of asked) {
    const files = left.filter((file) => file.job === job);
    const taken = new Set<string>();
    for (const pattern of artifacts) {
      const matchers = matchersOf([pattern], budget);
      const found = files.filter(({ path }) => matchers.some((matches) => matches(path)));
      if (!found.some(({ isGone }) => !isGone)) missing.push({ job, pattern, why: whyNone(job, files, found) });
      for (const { run, path, sizeBytes, sha256, isGone } of found) {
        if (isGone || taken.has(path)) continue;
        taken.add(path);
        items.push({ job, run, path, into, sizeBytes, sha256 });
      }
    }
  }
  if (budget.steps < 0)
    throw new Refused('too-large', 'The patterns of its downloads are too many, or have too many stars.');
  return { items, missing };
}

/** @throws Refused claim-lost; not-found for what this run does not need, and for what is gone */
export async function openDownload(
  db: Queryable,
  store: ArchiveStore,
  hold: RunHold,
  from: number,
  path: string,
): Promise<OpenFile> {
  const asked = await askedOf(db, hold);
  const [left] = await db.query<{ job: string }>(sql`
    select earlier.name as job
    from run done join job earlier on earlier.id = done.job_id
    join job on job.pipeline_id = earlier.pipeline_id join run on run.job_id = job.id
    where done.id = ${from} and done.verdict = 'passed' and run.id = ${hold.runId}`);
  const budget = { steps: mostSteps };
  const isAsked = asked.some(
    ({ job, artifacts }) => job === left?.job && matchersOf(artifacts, budget).some((is) => is(path)),
  );
  if (!isAsked) {
    throw new Refused('not-found', `Run ${hold.runId} needs no artifact ${JSON.stringify(path)} of run ${from}.`);
  }
  return openArtifact(db, store, from, path);
}

/** A pattern that names a directory means all that is in it. */
const matchersOf = (patterns: readonly string[], budget: Budget): Glob[] =>
  patterns.flatMap((pattern) => [createGlob(pattern, budget), createGlob(`${pattern}/**`, budget)]);

async function askedOf(db: Queryable, { runId, claimId }: RunHold): Promise<readonly DownloadSpec[]> {
  const [run] = await db.query<{ downloads: DownloadSpec[] | null }>(sql`
    select job.spec -> 'downloads' as downloads from run join job on job.id = run.job_id
    where run.id = ${runId} and run.claim_id = ${claimId} and run.verdict is null`);
  if (!run) throw new Refused('claim-lost', `Run ${runId} has ended or is held by another claim.`);
  return run.downloads ?? [];
}

type Left = {
  readonly job: string;
  readonly run: number;
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly isGone: boolean;
};

/** Of each lane of the pipeline its newest run that passed. */
function artifactsOf(db: Queryable, runId: number, lanes: readonly string[]): Promise<Left[]> {
  return db.query<Left>(sql`
    with passed as (
      select distinct on (earlier.name) earlier.name, done.id
      from run join job on job.id = run.job_id
      join job earlier on earlier.pipeline_id = job.pipeline_id and earlier.name = any (${lanes}::text[])
      join run done on done.job_id = earlier.id and done.verdict = 'passed'
      where run.id = ${runId}
      order by earlier.name, done.id desc
    )
    select passed.name as job, passed.id as run, artifact.path, artifact.size_bytes as "sizeBytes", artifact.sha256,
           artifact.removing_since is not null as "isGone"
    from passed join artifact on artifact.run_id = passed.id
    order by passed.name, artifact.path`);
}

function whyNone(job: string, files: readonly Left[], found: readonly Left[]): string {
  if (found.length > 0) return `${job} left such artifacts, and their time in the archive is over.`;
  if (files.length === 0) return `${job} left no artifact in this pipeline.`;
  return `None of the ${files.length} artifacts of ${job} matches.`;
}
