// A worker gets a run: the queue claims one for it, and this gathers all that the run needs from the rooms.
import type { ClaimAnswer, WorkOrder } from '@signalbox/protocol';
import { type Key, openSecrets } from '../access/index.ts';
import { crashPoint, type Db, type Live } from '../base/index.ts';
import type { Claim, ClaimAsked, QueueLimits, WaitingRoom } from '../queue/index.ts';
import type { FinishRun } from './finish-run.ts';
import { createFactsOf, type PipelineFacts } from './pipeline-facts.ts';

/** No order: nothing came within the time, or the worker is on hold and hears why. */
export type ClaimWork = (asked: ClaimAsked) => Promise<ClaimAnswer>;

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
  const factsOf = createFactsOf(db);
  return async (asked) => {
    const { claim, hold } = await waitingRoom.ask(asked);
    if (!claim) return hold ? { order: null, hold } : { order: null };
    crashPoint('claim-committed');
    const facts = await factsOf(claim.job.pipelineId);
    live.hint(`job:${claim.jobId}`, `pipeline:${facts.pipeline.id}`, `repo:${facts.repo.id}`, 'workers');
    onClaimed(claim.job.waitSeconds);
    const secrets = await openSecrets(db, key, {
      repoId: facts.repo.id,
      names: claim.job.spec.secrets,
      reader: `run ${claim.runId}`,
    });
    const [missing] = secrets.missing;
    if (missing) {
      await finishRun(claim, {
        verdict: 'failed',
        reason: { code: 'secret-missing', text: missing.text },
        steps: [],
        logBytes: [],
      });
      return { order: null };
    }
    return { order: workOrder(claim, facts, secrets.values, parts) };
  };
}

function workOrder(
  claim: Claim,
  facts: PipelineFacts,
  secrets: Readonly<Record<string, string>>,
  parts: ClaimWorkParts,
): WorkOrder {
  const { name, pool, attributes, spec } = claim.job;
  return {
    runId: claim.runId,
    claimId: claim.claimId,
    attempt: claim.attempt,
    leaseSeconds: parts.limits.leaseSeconds,
    job: { id: claim.jobId, name, pool, attributes },
    spec,
    ...facts,
    secrets: { ...secrets },
    links: {
      job: `${parts.publicUrl()}/jobs/${claim.jobId}`,
      pipeline: `${parts.publicUrl()}/pushes/${facts.push.id}`,
    },
  };
}
