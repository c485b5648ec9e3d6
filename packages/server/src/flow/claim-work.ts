// A worker gets a run: the queue claims one for it, and this gathers all that the run needs from the rooms.
import type { JobAttributes, JobSpec, WorkOrder } from '@signalbox/protocol';
import { type Key, openSecrets } from '../access/index.ts';
import { type Db, type Live, sql } from '../base/index.ts';
import type { Claim, QueueLimits, WaitingRoom } from '../queue/index.ts';
import type { FinishRun } from './finish-run.ts';
import { repoTopic } from './repo-topic.ts';

/** null: nothing came within the time. */
export type ClaimWork = (asked: Parameters<WaitingRoom['ask']>[0]) => Promise<WorkOrder | null>;

export type ClaimWorkParts = {
  readonly db: Db;
  readonly live: Live;
  readonly key: Key;
  readonly waitingRoom: WaitingRoom;
  readonly limits: QueueLimits;
  /** Where people find the pages, without a slash at the end. */
  readonly publicUrl: () => string;
  readonly finishRun: FinishRun;
  readonly onClaimed: (waitSeconds: number) => void;
};

export function createClaimWork(parts: ClaimWorkParts): ClaimWork {
  const { db, live, key, waitingRoom, finishRun, onClaimed } = parts;
  return async (asked) => {
    const claim = await waitingRoom.ask(asked);
    if (!claim) return null;
    const facts = await readFacts(db, claim);
    const secrets = await openSecrets(db, key, {
      repoId: facts.repo.id,
      names: facts.spec.secrets,
      reader: `run ${claim.runId}`,
    });
    live.hint(
      `job:${claim.jobId}`,
      `pipeline:${facts.pipeline.id}`,
      'workers',
      ...(await repoTopic(db, facts.pipeline.id)),
    );
    onClaimed(facts.waitSeconds);
    const [missing] = secrets.missing;
    if (missing) {
      await finishRun(claim, {
        verdict: 'failed',
        reason: { code: 'secret-missing', text: missing.text },
        steps: [],
        logBytes: [],
      });
      return null;
    }
    return workOrder(claim, facts, secrets.values, parts);
  };
}

type Facts = {
  spec: JobSpec;
  name: string;
  pool: string;
  attributes: JobAttributes;
  waitSeconds: number;
  pipeline: WorkOrder['pipeline'];
  repo: WorkOrder['repo'];
  push: WorkOrder['push'];
};

async function readFacts(db: Db, claim: Claim): Promise<Facts> {
  const [row] = await db.query<Facts>(sql`
    select job.spec, job.name, job.pool, job.attributes, extract(epoch from now() - job.ready_at)::float8 as "waitSeconds",
           jsonb_build_object('id', pipeline.id, 'buildId', pipeline.build_id, 'cause', pipeline.cause) as pipeline,
           jsonb_build_object('id', repo.id, 'name', repo.name, 'url', repo.url) as repo,
           jsonb_build_object('id', push.id, 'branch', push.branch, 'revision', push.revision, 'before', push.before,
             'author', push.author, 'message', push.message, 'committedAt',
             to_char(push.committed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) as push
    from job
    join pipeline on pipeline.id = job.pipeline_id
    join push on push.id = pipeline.push_id
    join repo on repo.id = push.repo_id
    where job.id = ${claim.jobId}`);
  return row!;
}

function workOrder(
  claim: Claim,
  facts: Facts,
  secrets: Readonly<Record<string, string>>,
  parts: ClaimWorkParts,
): WorkOrder {
  return {
    runId: claim.runId,
    claimId: claim.claimId,
    attempt: claim.attempt,
    leaseSeconds: parts.limits.leaseSeconds,
    job: { id: claim.jobId, name: facts.name, pool: facts.pool, attributes: facts.attributes },
    spec: facts.spec,
    pipeline: facts.pipeline,
    repo: facts.repo,
    push: facts.push,
    secrets: { ...secrets },
    links: {
      job: `${parts.publicUrl()}/jobs/${claim.jobId}`,
      pipeline: `${parts.publicUrl()}/pushes/${facts.push.id}`,
    },
  };
}
