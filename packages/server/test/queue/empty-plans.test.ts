// The plans of the first minutes. PostgreSQL makes them while all tables are empty, when one way looks as cheap as another, and keeps
// them until it has looked at the tables again: by then there may be a hundred thousand jobs. So each must be good for a long queue.
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '../../../../test/kit/database.ts';
import { repositoryRoot } from '../../../../test/kit/programs.ts';
import { nodesOf, type PlanNode } from './explained.ts';
import { hotFiles } from './hot-paths.ts';
import { statementsIn } from './statements-in.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

const beside = ['cancel', 'gate', 'groups', 'raise', 'rerun', 'revive', 'steps', 'take-up', 'workers'];
const logs = ['append', 'put-artifact', 'to-seal', 'seal', 'read', 'log-sizes', 'reopen-log', 'still-writing'];
const files = [
  ...hotFiles.filter((file) => file.startsWith('queue/')),
  ...beside.map((name) => `queue/${name}.ts`),
  ...logs.map((name) => `record/${name}.ts`),
];

/** Tables that grow with what is done, and indexes of what is open, which grow with what waits: with the column that leads in them. */
const growing = [
  'job',
  'run',
  'edge',
  'ready',
  'pipeline',
  'push',
  'lane',
  'concurrency_slot',
  ...'log log_chunk sealed_log to_seal artifact'.split(' '),
];
const leading: Readonly<Record<string, string>> = { run_open: 'worker_id', job_unfinished: 'pipeline_id' };

/** Read whole on purpose: `file table index`, and why that is well. */
const onPurpose: Readonly<Record<string, string>> = {
  'queue/expire.ts run run_open': 'every 5 s, all runs that are open',
  'queue/pool-facts.ts run run_open': 'every 2 s, all runs that are open',
  'queue/enter-groups.ts concurrency_slot concurrency_slot_in_line': 'every 10 s, all slots',
  'queue/settle.ts pipeline pipeline_open': 'every 10 s, all pipelines that are open',
  'queue/lineup.ts ready ready_by_rank': 'its first row: from there it goes on from pool to pool',
  'queue/forget-workers.ts run run_pkey': 'its first row',
  'queue/take-up.ts run run_lost': 'what was lost, of which there is little',
  'record/to-seal.ts to_seal': 'the line itself',
};

type Node = PlanNode & { readonly 'Index Cond'?: string };

test('a plan that was made while nothing was there reads by keys', async () => {
  const wrong = new Set<string>();
  for (const file of files) {
    for (const text of await statementsIn(join(repositoryRoot, 'packages/server/src', file))) {
      // On a connection of the server, so with its settings.
      const { rows } = await database.db.pool.query<{ 'QUERY PLAN': [{ Plan: Node }] }>(
        `explain (generic_plan, format json) ${text}`,
      );
      for (const found of readWhole(rows[0]!['QUERY PLAN'][0].Plan)) {
        if (!(`${file} ${found}` in onPurpose))
          wrong.add(`${file} ${found}: ${text.replace(/\s+/g, ' ').slice(0, 120)}`);
      }
    }
  }
  expect([...wrong]).toEqual([]);
});

/** Tables, with the index by which each is read without a key for it. */
function* readWhole(plan: Node): Generator<string> {
  let table = '';
  for (const node of nodesOf(plan) as Generator<Node>) {
    const index = node['Index Name'] ?? '';
    // A bitmap of an index stands below its table, and does not name it.
    table = node['Relation Name'] ?? table;
    if (!growing.includes(table) || !/^(Seq|Index|Index Only|Bitmap Index) Scan$/.test(node['Node Type'])) continue;
    const key = node['Index Cond'] ?? '';
    if (key === '' || !key.includes(leading[index] ?? '')) yield `${table} ${index}`.trim();
  }
}
