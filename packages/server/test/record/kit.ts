// What the tests of the record need: a database and an archive of their own, runs made by hand, and chunks as a worker makes them.
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Cause, LogChunk, Step } from '@signalbox/protocol';
import { testDatabase } from '../../../../test/kit/database.ts';
import { type Db, sql } from '../../src/base/index.ts';
import {
  type ArchiveStore,
  append,
  ended,
  openArchiveStore,
  type RunHold,
  recordDefaults,
  sealDue,
} from '../../src/record/index.ts';

export type RecordKit = Awaited<ReturnType<typeof recordKit>>;
export type RunOptions = {
  branch?: string;
  lane?: string;
  platform?: string | null;
  variant?: string | null;
  repo?: string;
  cause?: Cause;
  person?: string | null;
};

export async function recordKit() {
  const { db, drop } = await testDatabase();
  const archive = await mkdtemp(join(tmpdir(), 'signalbox-record-'));
  const store = await openArchiveStore({ kind: 'disk', directory: archive });
  let builds = 0;
  return {
    db,
    archive,
    store,
    drop: async () => {
      await drop();
      await rm(archive, { recursive: true, force: true });
    },
    /** A run that goes on, with all the rows above it. */
    startRun: (options: RunOptions = {}) => startRun(db, options, ++builds),
    send: (hold: RunHold, parts: readonly Part[]) => send(db, hold, parts),
    end: (hold: RunHold, steps: readonly Partial<Step>[], logBytes: readonly number[] | null) =>
      endRun(db, hold, steps, logBytes),
    async seal(limits = recordDefaults, place: ArchiveStore = store) {
      const sealed: number[] = [];
      await sealDue(db, place, limits, (runId) => sealed.push(runId));
      return sealed;
    },
    sealedPath: async (runId: number) => {
      const [row] = await db.query<{ path: string }>(sql`select path from sealed_log where run_id = ${runId}`);
      return row?.path;
    },
    /** Until `work` has ended, or some statement waits for another's lock. */
    async untilHeldUp(work: Promise<unknown>): Promise<void> {
      let hasEnded = false;
      const end = () => {
        hasEnded = true;
      };
      work.then(end, end);
      for (const deadline = Date.now() + 10_000; !hasEnded && Date.now() < deadline; ) {
        const waiting = await db.query(sql`
          select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`);
        if (waiting.length > 0) return;
      }
    },
    unfinished: () => readdir(join(archive, '.unfinished')),
  };
}

export type Part = { readonly step: number; readonly offset: number; readonly text: string | Buffer };

export function chunksOf(parts: readonly Part[]): { chunks: LogChunk[]; body: Buffer } {
  const members = parts.map(({ text }) => gzipSync(text, { level: 1 }));
  const chunks = parts.map(({ step, offset, text }, at) => {
    const bytes = Buffer.from(text as string);
    const lines = bytes.filter((byte) => byte === 10).length;
    return { step, offset, sizeBytes: bytes.length, lines, memberBytes: members[at]!.length };
  });
  return { chunks, body: Buffer.concat(members) };
}

function send(db: Db, hold: RunHold, parts: readonly Part[]): Promise<void> {
  const { chunks, body } = chunksOf(parts);
  return append(db, hold, chunks, body, recordDefaults);
}

/** `bytes` cut at random into parts of one step, laid end to end. */
export function cut(step: number, bytes: Buffer, most: number): Part[] {
  const parts: Part[] = [];
  for (let offset = 0; offset < bytes.length; ) {
    const text = bytes.subarray(offset, offset + 1 + Math.floor(Math.random() * most));
    parts.push({ step, offset, text });
    offset += text.length;
  }
  return parts;
}

/** As `gunzip -c FILE` shows it: the real one, so that concatenated members are what people's tools make of them. */
export const gunzip = (path: string) => execFileSync('gzip', ['-dc', path], { maxBuffer: 1 << 28 });

export type StartedRun = RunHold & { readonly jobId: number };

async function startRun(db: Db, options: RunOptions, build: number): Promise<StartedRun> {
  const {
    branch = 'main',
    lane = 'test',
    platform = 'linux',
    variant = null,
    repo = 'sample',
    cause = 'push',
    person = null,
  } = options;
  const [made] = await db.query<{ id: number }>(sql`
    insert into repo (name, url) values (${repo}, '/nowhere') on conflict (name) do update set url = excluded.url returning id`);
  const [push] = await db.query<{ id: number }>(sql`
    insert into push (repo_id, branch, kind, revision, author, title, message, commits, commit_count, committed_at)
    values (${made!.id}, ${branch}, 'forward', ${'a'.repeat(40)}, 'ada', 'title', 'title', '[]', 1, now()) returning id`);
  const [pipeline] = await db.query<{ id: number }>(sql`
    insert into pipeline (push_id, cause, request_key, build_id, person)
    values (${push!.id}, ${cause}, 'push', ${String(20_261_122_100_000 + build)}, ${person}) returning id`);
  const [job] = await db.query<{ id: number }>(sql`
    insert into job (pipeline_id, name, pool, attributes, spec, state, missing, attempts)
    values (${pipeline!.id}, ${lane}, 'local',
            ${JSON.stringify({ template: lane, platform, variant, group: null, symbol: 't' })}::jsonb, '{}', 'running', 0, 3)
    returning id`);
  const [worker] = await db.query<{ id: number }>(sql`
    insert into worker (name, pools, capacity, version, platform, state)
    values ('anvil', '{local}', 1, '0.1.0', 'linux-x64', 'active')
    on conflict (name) do update set last_seen_at = now() returning id`);
  const claimId = randomUUID();
  const [run] = await db.query<{ id: number }>(sql`
    insert into run (job_id, attempt, worker_id, claim_id, lease_until, started_at)
    values (${job!.id}, 1, ${worker!.id}, ${claimId}, now() + interval '1 minute', '2026-11-22T10:00:00Z') returning id`);
  return { runId: run!.id, claimId, jobId: job!.id };
}

async function endRun(
  db: Db,
  hold: RunHold,
  steps: readonly Partial<Step>[],
  logBytes: readonly number[] | null,
): Promise<void> {
  const whole = steps.map((step, index) => ({
    index,
    name: `step ${index}`,
    state: 'passed',
    exitCode: 0,
    startedAt: '2026-11-22T10:00:00.000Z',
    endedAt: '2026-11-22T10:00:01.500Z',
    ...step,
  }));
  const [verdict, reason] = logBytes ? ['passed', 'all-steps-passed'] : ['errored', 'worker-lost'];
  await db.transaction(async (tx) => {
    await tx.query(sql`
      update run set ended_at = '2026-11-22T10:00:02Z', verdict = ${verdict}, steps = ${JSON.stringify(whole)}::jsonb,
                     reason = ${JSON.stringify({ code: reason, text: 'As it was.' })}::jsonb, log_bytes = ${logBytes}::bigint[]
      where id = ${hold.runId}`);
    await ended(tx, [hold.runId]);
  });
}
