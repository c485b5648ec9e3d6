// Ends a chaos: every fault is mended, and what was begun comes to its end. What takes minutes by design is told to hurry.
import { type Db, sql } from '../../packages/server/src/base/index.ts';
import { until } from '../kit/wait.ts';
import type { Asked } from './judge.ts';
import type { World } from './world.ts';

/** @throws Error that says what did not end */
export async function mend(world: World, asked: Asked, say: (line: string) => void): Promise<void> {
  for (const link of world.links) link.turn({ kind: 'clear' });
  for (const { requests } of world.servers) requests.fate = () => ({ kind: 'once' });
  const stations = [...world.servers, ...world.workers].map(({ station }) => station);
  for (const station of stations) station.thaw();
  await Promise.all(stations.map((station) => station.start()));
  await Promise.all(world.servers.map(({ requests }) => requests.settled()));

  await stage('what was told to be heard', () => hurry(world.db, asked), say);
  await stage('every pipeline to end', () => finished(world.db), say);
  await stage('the logs to be sealed', () => sealed(world), say);
}

const patienceSeconds = 180;

/** Says every few seconds what is still open. */
async function stage(what: string, isDone: () => Promise<boolean>, say: (line: string) => void): Promise<void> {
  let told = performance.now();
  await until(
    what,
    () =>
      isDone().catch((error: Error) => {
        if (performance.now() - told > 5000) {
          told = performance.now();
          say(`waiting for ${what}: ${error.message}`);
        }
        throw error;
      }),
    { seconds: patienceSeconds },
  );
  say(`${what}: done`);
}

/** True when all that was told is heard. An entry that failed often waits longer and longer: not here. */
export async function hurry(db: Db, asked: Asked): Promise<boolean> {
  await db.query(sql`
    update graphile_worker._private_jobs set run_at = now() where run_at > now() and locked_at is null and attempts < max_attempts`);
  const [left] = await db.query<{ told: number; planned: number }>(sql`
    select (select count(*) from graphile_worker._private_jobs where attempts < max_attempts) as told,
           (select count(*) from pipeline where request_key = any (${[...asked.started]}::text[])) as planned`);
  if (left!.told > 0 || left!.planned < asked.started.size) throw new Error(JSON.stringify(left));
  return true;
}

export async function finished(db: Db): Promise<boolean> {
  const open = await db.query<{ id: number; jobs: unknown }>(sql`
    select pipeline.id, jsonb_agg(jsonb_build_array(job.id, job.name, job.state, job.missing) order by job.id)
             filter (where job.state <> 'done') as jobs
    from pipeline left join job on job.pipeline_id = pipeline.id
    where pipeline.finished_at is null group by pipeline.id order by pipeline.id limit 5`);
  if (open.length > 0) throw new Error(JSON.stringify(open));
  return true;
}

/** A server that died holding a log gives it up after minutes; one that died before it put a log in line is made up for by a start. */
export async function sealed({ db, servers }: World): Promise<boolean> {
  await db.query(sql`update to_seal set not_before = now() where not_before > now() + interval '20 seconds'`);
  const open = await db.query<{ id: number; inLine: boolean; isOld: boolean }>(sql`
    select run.id, to_seal.run_id is not null as "inLine", run.ended_at < now() - interval '6 seconds' as "isOld"
    from run left join sealed_log on sealed_log.run_id = run.id left join to_seal on to_seal.run_id = run.id
    where sealed_log.run_id is null and (0 < any (run.log_bytes)) is not false order by run.id`);
  if (open.length === 0) return true;
  const isForgotten = open.some((run) => !run.inLine && run.isOld);
  if (isForgotten) {
    await servers[0]!.station.stop();
    await servers[0]!.station.start();
  }
  throw new Error(JSON.stringify(open.slice(0, 5)));
}
