// Seals the logs of runs that ended: their chunks become one file in the archive beside their artifacts, and leave the database.
import { crashPoint, type Db, sql } from '../base/index.ts';
import { type Chunk, compose, composeWhole, type SealedIndex } from './compose.ts';
import { type RunFacts, readFacts } from './facts.ts';
import { logPath } from './layout.ts';
import type { RecordLimits } from './limits.ts';
import { missingBytes, piecesOf } from './log-text.ts';
import type { ArchiveStore, Written } from './store.ts';
import { putBackToSeal, takeToSeal } from './to-seal.ts';

export type SealingResult = {
  readonly sealed: readonly number[];
  readonly failed: readonly { readonly runId: number; readonly error: unknown }[];
  /** A whole batch was taken: there may be more. */
  readonly more: boolean;
};

type Sizes = { readonly bytes: ReadonlyMap<number, number>; readonly memberBytes: number };
type Sealed = Written & { runId: number; path: string; missingBytes: number; index: SealedIndex };

/**
 * All that is due, batch after batch. `sealed` is called for each run: hint `run:ID`.
 * @throws AggregateError of what could not be sealed; it stays in line for the next time, and holds up nothing else
 */
export async function sealDue(
  db: Db,
  store: ArchiveStore,
  limits: RecordLimits,
  sealed: (runId: number) => void,
): Promise<void> {
  const errors: Error[] = [];
  for (let more = true; more; ) {
    const batch = await sealBatch(db, store, limits);
    for (const runId of batch.sealed) sealed(runId);
    for (const { runId, error: cause } of batch.failed) {
      errors.push(new Error(`The log of run ${runId} could not be sealed: ${(cause as Error).message}`, { cause }));
    }
    more = batch.more;
  }
  if (errors.length > 0) throw new AggregateError(errors, errors.map(({ message }) => message).join('; '));
}

/**
 * One batch. Six statements for all its runs, one file for each. A crash between file and row is harmless: a closed log makes
 * the same file again. Chunks leave the database only after the file is durable, in the statement that says where it is.
 */
export async function sealBatch(db: Db, store: ArchiveStore, limits: RecordLimits): Promise<SealingResult> {
  const runIds = await takeToSeal(db, limits);
  if (runIds.length === 0) return { sealed: [], failed: [], more: false };
  const failed: { runId: number; error: unknown }[] = [];
  const written: Sealed[] = [];
  const attempt = async (facts: RunFacts, write: () => Promise<Sealed>) => {
    try {
      written.push(await write());
    } catch (error) {
      failed.push({ runId: facts.runId, error });
    }
  };

  const [facts, sizes] = await Promise.all([readFacts(db, runIds), readSizes(db, runIds)]);
  const isSmall = ({ runId }: RunFacts) => (sizes.get(runId)?.memberBytes ?? 0) <= limits.smallLogBytes;
  const small = facts.filter(isSmall);
  const chunks = await readChunks(
    db,
    small.map(({ runId }) => runId),
  );
  await Promise.all(
    small.map((run) => attempt(run, () => writeSmall(store, run, sizes.get(run.runId), chunks.get(run.runId) ?? []))),
  );
  // One after another: each is as big as it likes.
  for (const run of facts) if (!isSmall(run)) await attempt(run, () => writeBig(db, store, run, sizes.get(run.runId)!));

  if (written.length > 0) crashPoint('log-file-written');
  const sealed = await settle(db, written);
  if (sealed.length > 0) crashPoint('log-sealed');
  if (failed.length > 0)
    await putBackToSeal(
      db,
      failed.map(({ runId }) => runId),
    );
  return { sealed, failed, more: runIds.length === limits.sealBatch };
}

async function writeSmall(
  store: ArchiveStore,
  facts: RunFacts,
  sizes: Sizes = none,
  chunks: readonly Chunk[],
): Promise<Sealed> {
  const index: SealedIndex = {};
  const body = await composeWhole(piecesOf(facts, sizes.bytes), chunks, index);
  return sealedOf(facts, sizes, index, await store.put(logPath(facts), body));
}

async function writeBig(db: Db, store: ArchiveStore, facts: RunFacts, sizes: Sizes): Promise<Sealed> {
  const index: SealedIndex = {};
  const body = compose(piecesOf(facts, sizes.bytes), streamChunks(db, facts.runId), index);
  return sealedOf(facts, sizes, index, await store.put(logPath(facts), body));
}

function sealedOf(facts: RunFacts, sizes: Sizes, index: SealedIndex, written: Written): Sealed {
  const missing = missingBytes(facts, sizes.bytes);
  return { ...written, runId: facts.runId, path: logPath(facts), missingBytes: missing, index };
}

const none: Sizes = { bytes: new Map(), memberBytes: 0 };

async function readSizes(db: Db, runIds: readonly number[]): Promise<Map<number, Sizes>> {
  const rows = await db.query<{ runId: number; step: number; sizeBytes: number; memberBytes: number }>(sql`
    select run_id as "runId", step, size_bytes as "sizeBytes", member_bytes as "memberBytes"
    from log where run_id = any (${runIds}::bigint[])`);
  const sizes = new Map<number, { bytes: Map<number, number>; memberBytes: number }>();
  for (const { runId, step, sizeBytes, memberBytes } of rows) {
    const of = sizes.get(runId) ?? { bytes: new Map(), memberBytes: 0 };
    of.bytes.set(step, sizeBytes);
    of.memberBytes += memberBytes;
    sizes.set(runId, of);
  }
  return sizes;
}

async function readChunks(db: Db, runIds: readonly number[]): Promise<Map<number, Chunk[]>> {
  const chunks = await db.query<Chunk>(sql`
    select run_id as "runId", step, start_byte as "startByte", size_bytes as "sizeBytes", lines, member
    from log_chunk where run_id = any (${runIds}::bigint[])
    order by run_id, step, start_byte`);
  const byRun = new Map<number, Chunk[]>(runIds.map((runId) => [runId, []]));
  for (const chunk of chunks) byRun.get(chunk.runId)?.push(chunk);
  return byRun;
}

/** At most two pages of `pageChunks` members are in memory: one is read while the one before is written. */
async function* streamChunks(db: Db, runId: number): AsyncGenerator<Chunk> {
  let coming: Promise<readonly Chunk[]> | undefined = readPage(db, runId, { step: -1, startByte: -1 });
  while (coming) {
    const page: readonly Chunk[] = await coming;
    coming = page.length < pageChunks ? undefined : readPage(db, runId, page.at(-1)!);
    // Whoever stops here never asks for it.
    coming?.catch(() => undefined);
    yield* page;
  }
}

type Place = { readonly step: number; readonly startByte: number };

/** Nothing comes in between: the log is closed. */
async function readPage(db: Db, runId: number, last: Place): Promise<readonly Chunk[]> {
  const page = await db.query<Omit<Chunk, 'member'>>(sql`
    select run_id as "runId", step, start_byte as "startByte", size_bytes as "sizeBytes", lines
    from log_chunk where run_id = ${runId} and (step, start_byte) > (${last.step}, ${last.startByte})
    order by step, start_byte
    limit ${pageChunks}`);
  const end = page.at(-1);
  if (!end) return [];
  const members = await db.readBytes(sql`
    select member
    from log_chunk where run_id = ${runId}
      and (step, start_byte) > (${last.step}, ${last.startByte}) and (step, start_byte) <= (${end.step}, ${end.startByte})
    order by step, start_byte`);
  // Another server that sealed it at the same time has removed them meanwhile: then one is missed where it is put to its place.
  return members.map((member, at) => ({ ...page[at]!, member }));
}

const pageChunks = 64;

/** Where it lies is said, and its chunks leave, at once; of two servers that sealed the same run one does it. */
async function settle(db: Db, written: readonly Sealed[]): Promise<number[]> {
  if (written.length === 0) return [];
  const rows = await db.query<{ runId: number }>(sql`
    with written as (
      select * from unnest(
        ${written.map(({ runId }) => runId)}::bigint[], ${written.map(({ path }) => path)}::text[],
        ${written.map(({ sizeBytes }) => sizeBytes)}::bigint[], ${written.map(({ sha256 }) => sha256)}::text[],
        ${written.map((run) => run.missingBytes)}::bigint[], ${written.map(({ index }) => JSON.stringify(index))}::text[]
      ) as written (run_id, path, size_bytes, sha256, missing_bytes, index)
    ), mine as (
      delete from to_seal using written where to_seal.run_id = written.run_id returning to_seal.run_id
    ), gone as (
      delete from log_chunk where run_id = any (array(select run_id from mine))
    )
    insert into sealed_log (run_id, path, size_bytes, sha256, missing_bytes, index)
    select run_id, path, size_bytes, sha256, missing_bytes, index::jsonb from written join mine using (run_id)
    returning run_id as "runId"`);
  return rows.map(({ runId }) => runId);
}
