// However long the line, an explanation costs no more than its bounds: counted in what comes out of the database and in pages that
// were looked at for it, not in time; and with statistics of a time when the tables were empty.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Db, Statement, Tx } from '../../src/base/index.ts';
import { explainJob, queueDefaults } from '../../src/queue/index.ts';
import { type PlanNode, pages as pagesIn } from './explained.ts';
import { makeWorker, type QueueKit, queueKit } from './kit.ts';

const shares = 5;
const each = 20_000;

let kit: QueueKit;
/** The first job; ids follow one another, the shares in turn. */
let first: number;
beforeAll(async () => {
  kit = await queueKit();
  await makeWorker(kit.db, 'long-1', ['long']);
  const { pipelineId } = await kit.submitJobs({}, {}, { keepOpen: true });
  const { pool } = kit.db;
  const { rows } = await pool.query<{ first: number }>(
    `with made as (
       insert into job (pipeline_id, name, pool, attributes, spec, state, missing, attempts, share, ready_at)
       select ${pipelineId}, 'j' || g, 'long', '{}', '{}', 'ready', 0, 3, 'share ' || g % ${shares}, now() + g * interval '1 ms'
       from generate_series(1, ${shares * each}) g
       returning id, pool, share, ready_at
     ), entered as (
       insert into ready (job_id, pool, share, since, rank) select id, pool, share, ready_at, ready_at from made
     )
     select min(id)::int as first from made`,
  );
  first = rows[0]!.first;
}, 60_000);
afterAll(() => kit.drop());

type Seen = { statements: number; values: number; pages: number };

/** The same database, with what came out of it, rows and numbers packed in them, and the pages that were looked at for it. */
function counting(db: Db): { readonly db: Db; readonly seen: Seen } {
  const seen = { statements: 0, values: 0, pages: 0 };
  const transaction: Db['transaction'] = (work) =>
    db.transaction((tx) =>
      work({
        isTransaction: true,
        async query<Row>(statement: Statement) {
          const rows = await tx.query<Row>(statement);
          seen.statements += 1;
          for (const row of rows) {
            const arrays = Object.values(row as object).filter((value) => Array.isArray(value));
            seen.values += Math.max(1, ...arrays.map((value) => value.length));
          }
          if (!statement.text.startsWith('set')) seen.pages += await pagesOf(tx, statement);
          return rows;
        },
      }),
    );
  return { db: { ...db, transaction }, seen };
}

async function pagesOf(tx: Tx, { text, values }: Statement): Promise<number> {
  const explain = { text: `explain (analyze, buffers, format json) ${text}`, values, name: '' };
  const [row] = await tx.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(explain);
  return pagesIn(row!['QUERY PLAN'][0].Plan);
}

test.each([
  ['at the head of a line of 100,000', 0, { ahead: 0, values: 2100, pages: 4000 }],
  ['a thousand places behind', 1000, { ahead: 1000, values: 2100, pages: 4000 }],
  ['behind as many as are counted', 50_000, { ahead: 10_000, values: 12_200, pages: 9000 }],
])('%s', async (_, place, { ahead, values, pages }) => {
  const { db, seen } = counting(kit.db);
  const told = await explainJob(db, first + place, queueDefaults);
  expect(told.place).toMatchObject({ ahead, ready: 10_000 });
  expect(seen.values).toBeLessThan(values);
  expect(seen.statements).toBeLessThan(20);
  expect(seen.pages).toBeLessThan(pages);
});

test('in a line that is paused as a whole it is no more', async () => {
  await kit.db.pool.query(`insert into pause (kind, pool, reason, paused_by) values ('pool', 'long', 'x', 'y')`);
  const { db, seen } = counting(kit.db);
  const told = await explainJob(db, first + 3000, queueDefaults);
  expect(told).toMatchObject({ outlook: 'someone-must-act', place: { ahead: 3000 } });
  expect(seen.values).toBeLessThan(12_200);
  expect(seen.pages).toBeLessThan(9000);
});
