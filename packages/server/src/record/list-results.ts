// Lists what files of results told of a run, in the order of their key: what is not passed comes first. And how a case went before.
import {
  type CaseCounts,
  type CaseHistory,
  type CaseResult,
  type CaseState,
  caseStates,
  type FindingCounts,
  type FindingLevel,
  type FindingResult,
  findingLevels,
  Refused,
  type ResultFile,
} from '@signalbox/protocol';
import { type Queryable, sql } from '../base/index.ts';

/** Where a page begins: after this place of the key. */
export type ResultPlace = readonly [rank: number, fileId: number, position: number];
export type ResultPage<Item> = { readonly items: Item[]; readonly next: ResultPlace | null };
type Placed = { readonly place: ResultPlace };

export async function listCases(
  db: Queryable,
  runId: number,
  wanted: { state?: CaseState | undefined; text?: string | undefined; after?: ResultPlace | undefined; limit: number },
): Promise<ResultPage<CaseResult>> {
  const [rank, file, position] = wanted.after ?? beginning;
  const only = wanted.state === undefined ? null : caseStates.indexOf(wanted.state);
  // As it stands: what has a meaning in a pattern of SQL is said to mean itself.
  const text = wanted.text ? `%${wanted.text.replaceAll('\0', '').replace(/[\\%_]/g, '\\$&')}%` : null;
  const rows = await db.query<CaseResult & Placed>(sql`
    select test_result.case_id as "caseId", test_case.suite, test_case.name, test_result.source_file as "sourceFile",
           (${caseStates}::text[])[test_result.rank + 1] as state, test_result.duration_ms as "durationMs",
           test_result.message, test_result.output, result_file.path,
           jsonb_build_array(test_result.rank, test_result.file_id, test_result.position) as place
    from test_result
    join test_case on test_case.id = test_result.case_id join result_file on result_file.id = test_result.file_id
    where test_result.run_id = ${runId}
      and (test_result.rank, test_result.file_id, test_result.position) > (${rank}::smallint, ${file}::bigint, ${position}::integer)
      and (${only}::smallint is null or test_result.rank = ${only}::smallint)
      and (${text}::text is null or test_case.name ilike ${text}::text or test_case.suite ilike ${text}::text)
    order by test_result.rank, test_result.file_id, test_result.position
    limit ${wanted.limit + 1}`);
  return pageOf(rows, wanted.limit);
}

export async function listFindings(
  db: Queryable,
  runId: number,
  wanted: { level?: FindingLevel | undefined; after?: ResultPlace | undefined; limit: number },
): Promise<ResultPage<FindingResult>> {
  const [rank, file, position] = wanted.after ?? beginning;
  const only = wanted.level === undefined ? null : findingLevels.indexOf(wanted.level);
  const rows = await db.query<FindingResult & Placed>(sql`
    select finding.rule, (${findingLevels}::text[])[finding.rank + 1] as level, finding.source_file as "sourceFile",
           finding.line, finding.message, result_file.path,
           jsonb_build_array(finding.rank, finding.file_id, finding.position) as place
    from finding join result_file on result_file.id = finding.file_id
    where finding.run_id = ${runId}
      and (finding.rank, finding.file_id, finding.position) > (${rank}::smallint, ${file}::bigint, ${position}::integer)
      and (${only}::smallint is null or finding.rank = ${only}::smallint)
    order by finding.rank, finding.file_id, finding.position
    limit ${wanted.limit + 1}`);
  return pageOf(rows, wanted.limit);
}

const beginning: ResultPlace = [-1, 0, 0];

function pageOf<Item>(rows: (Item & Placed)[], limit: number): ResultPage<Item> {
  const items = rows.slice(0, limit).map(({ place: _, ...item }) => item as unknown as Item);
  return { items, next: rows.length > limit ? rows[limit - 1]!.place : null };
}

export type ResultSummary = { counts: CaseCounts; findings: FindingCounts; files: ResultFile[] };

/** @throws Refused run-not-found */
export async function summariseResults(db: Queryable, runId: number): Promise<ResultSummary> {
  const [run] = await db.query(sql`select 1 from run where id = ${runId}`);
  if (!run) throw new Refused('run-not-found', `There is no run ${runId}.`);
  type Row = Omit<ResultFile, 'cases' | 'findings'> & { counts: Partial<CaseCounts>; levels: Partial<FindingCounts> };
  const rows = await db.query<Row>(sql`
    select path, format, state, why, counts, findings as levels, left_out as "leftOut", notes
    from result_file where run_id = ${runId}
    order by state = 'read', path`);
  const counts = { failed: 0, errored: 0, flaky: 0, skipped: 0, passed: 0 };
  const findings = { error: 0, warning: 0, note: 0, none: 0 };
  for (const row of rows) {
    for (const state of caseStates) counts[state] += row.counts[state] ?? 0;
    for (const level of findingLevels) findings[level] += row.levels[level] ?? 0;
  }
  const files = rows.slice(0, 1000).map(({ counts: told, levels, ...file }) => ({
    ...file,
    cases: sum(told),
    findings: sum(levels),
  }));
  return { counts, findings, files };
}

const sum = (counts: Readonly<Record<string, number>>) => Object.values(counts).reduce((all, one) => all + one, 0);

/** @throws Refused run-not-found, not-found */
export async function caseHistory(db: Queryable, runId: number, caseId: number, limit: number): Promise<CaseHistory> {
  const [found] = await db.query<{ suite: string | null; name: string | null; laneId: number | null }>(sql`
    select test_case.suite, test_case.name, job.lane_id as "laneId"
    from run join job on job.id = run.job_id
    join pipeline on pipeline.id = job.pipeline_id join push on push.id = pipeline.push_id
    left join test_case on test_case.id = ${caseId} and test_case.repo_id = push.repo_id
    where run.id = ${runId}`);
  if (!found) throw new Refused('run-not-found', `There is no run ${runId}.`);
  if (found.name === null || found.suite === null)
    throw new Refused('not-found', `The repository of run ${runId} has no test case ${caseId}.`);
  // A run may tell of a case several times, in several files: the worst of it counts.
  const items = await db.query<CaseHistory['items'][number]>(sql`
    select told.run_id as "runId", run.job_id as "jobId", run.attempt, push.revision, run.ended_at as "endedAt",
           (${caseStates}::text[])[told.rank + 1] as state, told.duration_ms as "durationMs", told.message
    from (
      select distinct on (run_id) run_id, rank, duration_ms, message
      from test_result
      where case_id = ${caseId} and lane_id = ${found.laneId} and run_id <= ${runId}
      order by run_id desc, rank
      limit ${limit}
    ) as told
    join run on run.id = told.run_id join job on job.id = run.job_id
    join pipeline on pipeline.id = job.pipeline_id join push on push.id = pipeline.push_id
    order by told.run_id desc`);
  return { suite: found.suite, name: found.name, items };
}
