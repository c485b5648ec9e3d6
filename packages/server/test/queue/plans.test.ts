// Every statement on the way of a job, held against a queue with a past: it may touch only so many pages, whatever PostgreSQL
// believes about its tables. A statement whose plan depends on fresh statistics is fast until the night after a big day.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '../../../../test/kit/database.ts';
import { repositoryRoot } from '../../../../test/kit/programs.ts';
import { directoryToRemove } from '../../../../test/kit/temporary.ts';
import { type Explained, explainedDb, nodesOf, pages, removed } from './explained.ts';
import { goAllTheWay, hotFiles } from './hot-paths.ts';
import { fillPast } from './past.ts';
import { statementsIn } from './statements-in.ts';

let database: TestDatabase;
let archive: Awaited<ReturnType<typeof directoryToRemove>>;
const seenAtAll = new Set<string>();

beforeAll(async () => {
  archive = await directoryToRemove('plans');
  database = await testDatabase();
  // What the statistics are made of in the first turn: a queue of the first day.
  await fillPast(database.db, { done: 1000, running: 50, waiting: 20, ready: 100, workers: 50 });
  await database.db.pool.query('analyze');
  await fillPast(database.db, { done: 300_000, running: 5000, waiting: 2000, ready: 100_000, workers: 14_000 });
}, 300_000);
afterAll(async () => {
  await database.drop();
  await archive.remove();
});

const beliefs = [
  ['of the first day', async () => undefined],
  ['none at all', forget],
  ['fresh', () => database.db.pool.query('analyze')],
] as const;

describe.each(beliefs)('with statistics that are %s', (belief, take) => {
  const found: (Explained & {
    readonly what: string;
    readonly mostPages: number;
    readonly mayReadWhole?: string | undefined;
  })[] = [];

  beforeAll(async () => {
    await take();
    const { db, seen } = explainedDb(database.db);
    const turn = beliefs.findIndex(([name]) => name === belief);
    await goAllTheWay({ db, plain: database.db, archive: archive.path, turn }, (what, mostPages, mayReadWhole) => {
      found.push(...seen.splice(0).map((one) => ({ ...one, what, mostPages, mayReadWhole })));
    });
    for (const { text } of found) seenAtAll.add(text);
  }, 120_000);

  const wrong = (why: (one: (typeof found)[number]) => string | undefined): string[] => {
    const reasons = found.map((one) => ({ ...one, reason: why(one) })).filter(({ reason }) => reason !== undefined);
    return [
      ...new Set(reasons.map(({ what, mode, reason, text }) => `${what}, ${mode} plan: ${reason}: ${inShort(text)}`)),
    ];
  };

  test('no statement reads a table whole that grows', () => {
    const whole = wrong(({ plan, mayReadWhole }) => {
      const scans = [...nodesOf(plan)].filter((node) => node['Node Type'] === 'Seq Scan' && pages(node) > fewPages);
      const bad = scans.filter((node) => node['Relation Name'] !== mayReadWhole);
      return bad.length > 0 ? `reads all of ${bad.map((node) => node['Relation Name']).join()}` : undefined;
    });
    expect(whole).toEqual([]);
  });

  test('none touches more pages than was thought', () => {
    expect(wrong(({ plan, mostPages }) => (pages(plan) > mostPages ? `${pages(plan)} pages` : undefined))).toEqual([]);
  });

  test('none holds two lists against each other row by row', () => {
    expect(wrong(({ plan }) => (removed(plan) > mostInVain ? `${removed(plan)} rows in vain` : undefined))).toEqual([]);
  });
});

test('and these were all statements there are on that way', async () => {
  const missing: string[] = [];
  for (const file of hotFiles) {
    for (const text of await statementsIn(join(repositoryRoot, 'packages/server/src', file))) {
      if (!seenAtAll.has(text) && !ofOneRow.test(text)) missing.push(`${file}: ${inShort(text)}`);
    }
  }
  expect(missing).toEqual([]);
});

/** A table of so few pages is best read whole. */
const fewPages = 100;
/** What is not tried, and why that is well: it changes one row of a table of one row. */
const ofOneRow = /^\s*update lease_clock set \w+ = now\(\)$/;
/** Enough for every open run or worker once, and for two lists of 50; two of 200 are beyond it. */
const mostInVain = 20_000;

/** As after a restore, before the first ANALYZE. */
async function forget(): Promise<void> {
  const ours = "select oid from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'i')";
  await database.db.pool.query(`delete from pg_statistic where starelid in (${ours})`);
  await database.db.pool.query(
    `update pg_class set reltuples = -1, relpages = 0, relallvisible = 0 where oid in (${ours})`,
  );
}

const inShort = (text: string) => text.replace(/\s+/g, ' ').slice(0, 160);
