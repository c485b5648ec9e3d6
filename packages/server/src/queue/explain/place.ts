// The place of a ready job in the line of its pool: how many come before it, what its place is made of, and when it may begin.
import type { Explanation } from '@signalbox/protocol';
import { type Queryable, type Statement, sql } from '../../base/index.ts';
import { estimate } from '../decide/estimate.ts';
import type { OrderPolicy } from '../decide/rank.ts';
import { type InLine, mostCounted } from './in-line.ts';
import type { InLineFacts, JobFacts } from './job-facts.ts';
import { whyThere } from './why-there.ts';

type Place = NonNullable<Explanation['place']>;

export type PlaceAsked = {
  readonly job: JobFacts;
  readonly line: InLineFacts;
  readonly inLine: InLine;
  /** It comes by itself: only then can anybody know when. */
  readonly comesByItself: boolean;
  readonly policy: OrderPolicy;
  readonly at: string;
};

export async function readPlace(db: Queryable, asked: PlaceAsked): Promise<Place> {
  const { job, line, inLine, policy, at } = asked;
  const { ahead, ready, shareRuns } = inLine;
  const [wait] = await db.query<{ median: number | null }>(medianWaitStatement(job.pool));
  return {
    pool: job.pool,
    ahead: ahead.length,
    ready,
    rank: line.rank,
    why: whyThere({ job, line, shareRuns, policy, at }),
    medianWaitSeconds: wait?.median ?? null,
    startsAt: await startsAt(db, asked),
  };
}

/** Claims, of all pools, among which those of the pool are looked for: a bound, so that a busy hour costs no more than a quiet one. */
const claimsLookedAt = 2000;

/** From the moment at which a job might have begun to its claim. Only first attempts: a later one waits for other reasons. */
export const medianWaitStatement = (pool: string): Statement => sql`
  select percentile_cont(0.5) within group (order by greatest(0, extract(epoch from last.claimed_at - job.ready_at))) as median
  from (select job_id, claimed_at from run order by id desc limit ${claimsLookedAt}) as last
  join job on job.id = last.job_id
  where job.pool = ${pool} and last.claimed_at > now() - interval '1 hour'
    and job.started_at = last.claimed_at and job.errored_count = 0`;

async function startsAt(db: Queryable, { line, inLine, comesByItself, at }: PlaceAsked): Promise<Place['startsAt']> {
  if (!comesByItself || inLine.ahead.length >= mostCounted) return null;
  const nowMs = Date.parse(at);
  const usual = await readUsual(db, inLine);
  const found = estimate({
    places: inLine.places,
    ahead: inLine.ahead.map(({ laneId }) => (laneId === null ? null : (usual.get(laneId) ?? null))),
    notBeforeSeconds: line.notBefore === null ? 0 : (Date.parse(line.notBefore) - nowMs) / 1000,
  });
  if (!found) return null;
  const after = (seconds: number) => new Date(nowMs + seconds * 1000).toISOString();
  return { earliest: after(found.earliestSeconds), likely: after(found.likelySeconds) };
}

async function readUsual(db: Queryable, { ahead }: InLine): Promise<Map<number, number>> {
  const lanes = [...new Set(ahead.flatMap(({ laneId }) => laneId ?? []))];
  if (lanes.length === 0) return new Map();
  const rows = await db.query<{ id: number; seconds: number }>(sql`
    select id, usual_seconds as seconds from lane where id = any (${lanes}::bigint[]) and usual_seconds is not null`);
  return new Map(rows.map(({ id, seconds }) => [id, seconds]));
}
