// Keeps what a file of results tells: all of it or nothing, once, whoever read it and however often.
import { createHash } from 'node:crypto';
import { caseStates, type FindingLevel, findingLevels } from '@signalbox/protocol';
import { crashPoint, type Db, type Queryable, sql, type Tx } from '../base/index.ts';
import type { TakenFile } from './result-files.ts';
import type { Finding, Results, TestCase } from './results/test-case.ts';

/** Rows of one statement: what is made of them in memory, and how long others wait for this process. */
const batchRows = 250;

export async function keepResults(db: Db, file: TakenFile, format: string, results: Results): Promise<void> {
  const caseIds = await knowCases(db, file.repoId, results.cases);
  crashPoint('result-cases-known');
  await db.transaction(async (tx) => {
    // The fence: another server may have been faster, or other bytes have come under the path meanwhile.
    const [mine] = await tx.query(sql`
      select 1 from result_file
      where id = ${file.id} and sha256 = ${file.sha256} and state = 'waiting' for update`);
    if (!mine) return;
    await tx.query(sql`delete from test_result where run_id = ${file.runId} and file_id = ${file.id}`);
    await tx.query(sql`delete from finding where run_id = ${file.runId} and file_id = ${file.id}`);
    for (let from = 0; from < results.cases.length; from += batchRows)
      await addCases(tx, file, results.cases.slice(from, from + batchRows), from, caseIds);
    for (let from = 0; from < results.findings.length; from += batchRows)
      await addFindings(tx, file, results.findings.slice(from, from + batchRows), from);
    await tx.query(sql`
      update result_file
      set state = 'read', format = ${format}, why = null, counts = ${JSON.stringify(results.counts)}::jsonb,
          findings = ${JSON.stringify(results.levels)}::jsonb, left_out = ${results.leftOut},
          notes = ${JSON.stringify(results.notes)}::jsonb
      where id = ${file.id}`);
    crashPoint('results-before-commit');
  });
}

/**
 * Their ids, by key. Each statement by itself and in the order of keys: two servers that bring the same cases wait for each other
 * in turn, not in a circle. What a crash leaves of it says nothing.
 */
async function knowCases(db: Queryable, repoId: number, cases: readonly TestCase[]): Promise<Map<string, number>> {
  const ids = new Map<string, number>();
  for (let from = 0; from < cases.length; from += batchRows) {
    const named = new Map(cases.slice(from, from + batchRows).map((each) => [keyOf(each), each]));
    const fresh = [...named].filter(([key]) => !ids.has(key)).sort(([one], [other]) => (one < other ? -1 : 1));
    if (fresh.length === 0) continue;
    const keys = fresh.map(([key]) => key);
    await db.query(sql`
      insert into test_case (repo_id, key, suite, name)
      select ${repoId}, * from unnest(${keys}::uuid[], ${fresh.map(([, { suite }]) => suite)}::text[],
                                      ${fresh.map(([, { name }]) => name)}::text[])
      on conflict (repo_id, key) do update set seen_on = current_date where test_case.seen_on < current_date`);
    const known = await db.query<{ id: number; key: string }>(sql`
      select id, key::text from test_case where repo_id = ${repoId} and key = any (${keys}::uuid[])`);
    for (const { id, key } of known) ids.set(key, id);
  }
  return ids;
}

/** Names may be of any length, and hold anything but NUL. */
export function keyOf({ suite, name }: Pick<TestCase, 'suite' | 'name'>): string {
  const hex = createHash('sha256').update(`${suite}\0${name}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}

async function addCases(
  tx: Tx,
  { id, runId, laneId }: TakenFile,
  cases: readonly TestCase[],
  from: number,
  caseIds: ReadonlyMap<string, number>,
): Promise<void> {
  await tx.query(sql`
    insert into test_result
      (run_id, file_id, lane_id, rank, position, case_id, duration_ms, source_file, message, output)
    select ${runId}, ${id}, ${laneId}::bigint, * from unnest(
      ${cases.map(({ state }) => caseStates.indexOf(state))}::smallint[],
      ${cases.map((_, place) => from + place)}::integer[],
      ${cases.map((each) => caseIds.get(keyOf(each)))}::bigint[],
      ${cases.map(({ durationMs }) => durationMs)}::double precision[],
      ${cases.map(({ file }) => file)}::text[],
      ${cases.map(({ message }) => message)}::text[],
      ${cases.map(({ output }) => output)}::text[])`);
}

async function addFindings(
  tx: Tx,
  { id, runId }: TakenFile,
  findings: readonly Finding[],
  from: number,
): Promise<void> {
  await tx.query(sql`
    insert into finding (run_id, file_id, rank, position, rule, source_file, line, message)
    select ${runId}, ${id}, * from unnest(
      ${findings.map(({ level }) => findingLevels.indexOf(level satisfies FindingLevel))}::smallint[],
      ${findings.map((_, place) => from + place)}::integer[],
      ${findings.map(({ rule }) => rule)}::text[],
      ${findings.map(({ file }) => file)}::text[],
      ${findings.map(({ line }) => (line !== null && line < 2 ** 31 ? line : null))}::integer[],
      ${findings.map(({ message }) => message)}::text[])`);
}
