// Where do the fields of a job come from? Its push's configuration is read again, and asked: nothing of it is stored.
import { isDeepStrictEqual } from 'node:util';
import { explainConfig } from '@signalbox/plan';
import { type JobOrigins, type JobSpec, Refused } from '@signalbox/protocol';
import { sql } from '../base/index.ts';
import { type ConfigurationParts, type PlannedPush, readAtPush } from './configuration-at-push.ts';

type Found = Omit<PlannedPush, 'revision'> & { name: string; pool: string; spec: JobSpec; revision: string | null };

/** @throws Refused job-not-found */
export async function jobOrigins(parts: ConfigurationParts, jobId: number): Promise<JobOrigins> {
  const [job] = await parts.db.query<Found>(sql`
    select job.name, job.pool, job.spec, pipeline.cause,
      push."repoId", push.revision, push.branch, push.message, push.files
    from job
    join pipeline on pipeline.id = job.pipeline_id
    join push_shape push on push.id = pipeline.push_id
    where job.id = ${jobId}`);
  if (!job) throw new Refused('job-not-found', `There is no job ${jobId}.`);
  if (job.revision === null) return none('Its branch was deleted: there is no commit to read.');
  const loaded = await readAtPush(parts, { ...job, revision: job.revision });
  if (loaded.kind === 'unreachable') return none(loaded.says);
  if (loaded.kind === 'absent') return none('There is no configuration at its commit: a program submitted the job.');
  if (loaded.kind === 'mistakes') {
    const [first] = loaded.mistakes;
    return none(`The configuration at its commit cannot be read: ${first?.file}:${first?.line}: ${first?.message}.`);
  }
  const { configuration } = loaded;
  const cell = configuration.draft.cells.find(({ name }) => name === job.name);
  const explained = cell && explainConfig(configuration, job.name);
  if (explained?.kind !== 'origins') {
    return none('The configuration at its commit has no job of this name: a program submitted it.');
  }
  // What is made of other lanes is no field of this one.
  const { downloads: _downloads, ...spec } = job.spec;
  const isSame = cell?.pool === job.pool && isDeepStrictEqual(cell.spec, spec);
  const note =
    'The job is not quite what the configuration says: a program submitted it, or another version planned it.';
  return { origins: explained.origins, note: isSame ? null : note };
}

const none = (note: string): JobOrigins => ({ origins: null, note });
