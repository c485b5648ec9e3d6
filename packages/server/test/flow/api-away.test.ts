// Roles apart: a timer lives on while every server that answers workers is away. Nobody could renew meanwhile, so nobody is given up.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '../../../../test/kit/database.ts';
import { type TestServer, testServer } from '../../../../test/kit/server.ts';
import { directoryToRemove } from '../../../../test/kit/temporary.ts';
import { until } from '../../../../test/kit/wait.ts';
import { sql } from '../../src/base/index.ts';
import { readSettings, type Server, startServer } from '../../src/index.ts';
import { openYard } from '../http/yard.ts';

let database: TestDatabase;
let data: Awaited<ReturnType<typeof directoryToRemove>>;
let timer: Server;
let api: TestServer | undefined;

const open = async () => {
  api = await testServer({ SIGNALBOX_ROLES: 'api', SIGNALBOX_OUTAGE_SECONDS: '10' }, { database });
  return api;
};

beforeAll(async () => {
  [database, data] = await Promise.all([testDatabase(), directoryToRemove('api-away')]);
});
afterAll(async () => {
  await timer?.stop();
  await api?.stop();
  await database?.drop();
  await data?.remove();
});

test('a timer gives up no run while no api is there, and its holders get a whole lease when one is back', async () => {
  const { db } = database;
  const house = await open();
  const run = await (await openYard(house)).holdRun();
  const answered = async () =>
    (await db.query(sql`select 1 from lease_clock where last_answer_at > now() - interval '8 seconds'`)).length > 0;
  await until('the api to note that it answers', answered);
  await house.stop();
  api = undefined;

  // As if it had been away for long: silent workers, leases that are over.
  await db.query(sql`update worker set last_seen_at = now() - interval '1 hour'`);
  await db.query(sql`update run set lease_until = now() - interval '30 minutes'`);
  await db.query(sql`update lease_clock set last_answer_at = now() - interval '1 minute'`);
  timer = await startServer(
    readSettings({
      SIGNALBOX_DATA: data.path,
      SIGNALBOX_LOG_LEVEL: 'error',
      SIGNALBOX_ROLES: 'timer',
      SIGNALBOX_OUTAGE_SECONDS: '10',
      DATABASE_URL: database.url,
    }),
  );
  const lookedAt = async () =>
    (await db.query<{ at: string }>(sql`select last_look_at as at from lease_clock where was_away`))[0]?.at;
  const first = await until('a look', lookedAt);
  await until('another look', async () => (await lookedAt()) !== first, { seconds: 30 });
  const [still] = await db.query(sql`select ended_at as "endedAt" from run where id = ${run.runId}`);
  expect(still).toEqual({ endedAt: null });

  await open();
  await until(
    'a whole lease',
    async () =>
      (await db.query(sql`select 1 from run where ended_at is null and lease_until > now() + interval '50 seconds'`))
        .length > 0,
    { seconds: 30 },
  );
}, 90_000);
