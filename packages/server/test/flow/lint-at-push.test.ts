// What the page of a push is told about its configuration: held against the workers and secrets of this moment.
import { readConfiguration } from '@signalbox/plan';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sql } from '../../src/base/index.ts';
import { lintAtPush } from '../../src/flow/lint-at-push.ts';
import { type QueueKit, queueKit } from '../queue/kit.ts';

let kit: QueueKit;
beforeAll(async () => {
  kit = await queueKit();
});
afterAll(() => kit.drop());

const text = 'jobs:\n  a: { pool: linx, secrets: [TOKN], steps: [x] }\n  b: { pool: linux, steps: [x] }\n';

async function told(): Promise<string[]> {
  const read = readConfiguration({ files: [{ file: '.signalbox.yml', text }] });
  if (read.kind !== 'configuration') throw new Error(JSON.stringify(read));
  const [repo] = await kit.db.query<{ id: number }>(sql`select id from repo limit 1`);
  const found = await lintAtPush(kit.db, repo!.id, read.configuration);
  return found.map(({ line, message }) => `${line}: ${message}`);
}

test('without any worker nothing is said of pools; then those that nobody serves, and those that nobody serves now', async () => {
  await kit.db.query(sql`delete from worker`);
  expect(await told()).toEqual(['2: the repository has no secret `TOKN`']);
  await kit.db.query(sql`
    insert into worker (name, pools, capacity, version, platform, state)
    values ('w', '{linux}', 1, '1', 'linux', 'gone'), ('x', '{mac}', 1, '1', 'linux', 'active')`);
  expect(await told()).toEqual([
    '2: no worker of the fleet serves the pool `linx`',
    '2: the repository has no secret `TOKN`',
    '3: no worker serves the pool `linux` now',
  ]);
});
