// A worker with jobs to take, by real calls: for tests of what happens after a claim. Jobs are submitted straight to the queue.
import { createHash, randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import {
  gzipHeadOf,
  type LogChunk,
  type MemberHead,
  plainHeadBytes,
  type UploadState,
  type Verdict,
  type WorkOrder,
} from '@signalbox/protocol';
import type { TestServer } from '../../../../test/kit/server.ts';
import { type Db, sql } from '../../src/base/index.ts';
import { queueDefaults, submit } from '../../src/queue/index.ts';

export type HeldRun = {
  readonly runId: number;
  readonly claimId: string;
  readonly jobId: number;
  readonly pipelineId: number;
};
/** `head`: what a worker says of its lines; left out, as by an older one, nothing. */
export type LogPlace = { readonly step?: number; readonly offset?: number; readonly head?: MemberHead };
export type Yard = {
  readonly repoId: number;
  readonly pushId: number;
  readonly workerId: number;
  /** Submits one job in a pipeline of its own. */
  submitJob(name?: string): Promise<{ jobId: number; pipelineId: number }>;
  claim(waitSeconds?: number, claimId?: string): Promise<WorkOrder | null>;
  /** Submits a job and claims it. */
  holdRun(): Promise<HeldRun>;
  appendLog(run: HeldRun, text: string, place?: LogPlace): Promise<{ watched: boolean }>;
  appendBytes(run: HeldRun, bytes: Buffer, place?: LogPlace): Promise<{ watched: boolean }>;
  putArtifact(run: HeldRun, path: string, bytes: string | Buffer): Promise<unknown>;
  lookAtUpload(run: HeldRun, path: string, whole: string | Buffer): Promise<UploadState>;
  /** Sends what of `whole` is behind `from`. */
  appendUpload(run: HeldRun, path: string, whole: string | Buffer, from?: number): Promise<UploadState>;
  finish(run: HeldRun, verdict?: Verdict, logBytes?: number[]): Promise<unknown>;
};

/** The repository is called `yard`; nothing ever looks at it. `before`: the same one by another server. */
export async function openYard(
  { database: { db }, worker }: Pick<TestServer, 'database' | 'worker'>,
  before?: Pick<Yard, 'repoId' | 'pushId'>,
): Promise<Yard> {
  const { repoId, pushId } = before ?? (await makePush(db));
  const { workerId } = await worker.call('register-worker', {
    body: { name: 'w1', pools: ['default'], capacity: 9, version: '0.1.0', platform: 'linux-x64' },
  });
  const yard: Yard = {
    repoId,
    pushId,
    workerId,
    submitJob: (name = 'job') => submitJob(db, pushId, name),
    async claim(waitSeconds = 10, claimId = randomUUID()) {
      return (await worker.call('claim', { params: { worker: workerId }, body: { claimId, waitSeconds } })).order;
    },
    async holdRun() {
      await yard.submitJob();
      const order = (await yard.claim())!;
      return { runId: order.runId, claimId: order.claimId, jobId: order.job.id, pipelineId: order.pipeline.id };
    },
    appendLog: (run, text, place) => yard.appendBytes(run, Buffer.from(text), place),
    appendBytes(run, bytes, { step = 0, offset = 0, head } = {}) {
      const plain = gzipSync(bytes);
      const member = head ? Buffer.concat([gzipHeadOf(head), plain.subarray(plainHeadBytes)]) : plain;
      const chunk: LogChunk = {
        step,
        offset,
        sizeBytes: bytes.length,
        lines: bytes.filter((byte) => byte === 10).length,
        memberBytes: member.length,
      };
      return worker.call('append-log', {
        params: { run: run.runId },
        headers: { 'x-claim-id': run.claimId, 'x-log-chunks': JSON.stringify([chunk]) },
        body: member,
      });
    },
    putArtifact: (run, path, bytes) =>
      worker.call('put-artifact', {
        params: { run: run.runId, '*': path },
        headers: { 'x-claim-id': run.claimId, 'x-sha256': createHash('sha256').update(bytes).digest('hex') },
        body: Buffer.from(bytes),
      }),
    lookAtUpload: (run, path, whole) =>
      worker.call('get-upload', { params: { run: run.runId, '*': path }, headers: uploadHeaders(run, whole) }),
    appendUpload: (run, path, whole, from = 0) =>
      worker.call('append-upload', {
        params: { run: run.runId, '*': path },
        headers: {
          ...uploadHeaders(run, whole),
          'upload-offset': from,
          'upload-length': Buffer.byteLength(whole),
        },
        body: Buffer.from(whole).subarray(from),
      }),
    finish: (run, verdict = 'passed', logBytes = []) =>
      worker.call('finish', {
        params: { run: run.runId },
        body: {
          claimId: run.claimId,
          verdict,
          reason: { code: verdict === 'passed' ? 'all-steps-passed' : 'step-failed', text: 'So it ended' },
          steps: [],
          logBytes,
        },
      }),
  };
  return yard;
}

const uploadHeaders = (run: HeldRun, whole: string | Buffer) => ({
  'x-claim-id': run.claimId,
  'x-sha256': createHash('sha256').update(whole).digest('hex'),
});

async function makePush(db: Db): Promise<{ repoId: number; pushId: number }> {
  const [row] = await db.query<{ repoId: number; pushId: number }>(sql`
    with added as (insert into repo (name, url, poll_seconds) values ('yard', '/yard', 0) returning id)
    insert into push (repo_id, branch, kind, revision, author, title, message, commits, commit_count, committed_at)
    select id, 'main', 'forward', ${'a'.repeat(40)}, 'Ada', 'Change', 'Change', '[]', 1, now() from added
    returning repo_id as "repoId", id as "pushId"`);
  return row!;
}

async function submitJob(db: Db, pushId: number, name: string): Promise<{ jobId: number; pipelineId: number }> {
  const job = {
    name,
    needs: [],
    pool: 'default',
    attempts: 3,
    attributes: { template: name, platform: 'linux', variant: null, group: null, symbol: 'J' },
    spec: { steps: [], env: {}, checkout: false, artifacts: [], secrets: [], timeoutSeconds: 60 },
  };
  const submission = {
    pushId,
    cause: 'manual',
    requestKey: randomUUID(),
    leftOut: [],
    problem: null,
    jobs: [job],
  } as const;
  const { pipelineId } = await submit(db, submission, queueDefaults);
  const [made] = await db.query<{ id: number }>(sql`select id from job where pipeline_id = ${pipelineId}`);
  return { jobId: made!.id, pipelineId };
}
