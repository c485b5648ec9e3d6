// A process without the role `api` that is asked how it is.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '../../../../test/kit/database.ts';
import { directoryToRemove } from '../../../../test/kit/temporary.ts';
import { readSettings, type Server, startServer } from '../../src/index.ts';
import { ask } from './asking.ts';

let database: TestDatabase;
let data: Awaited<ReturnType<typeof directoryToRemove>>;
let server: Server;

const start = (settings: Record<string, string>) =>
  startServer(
    readSettings({
      SIGNALBOX_DATA: data.path,
      SIGNALBOX_LOG_LEVEL: 'fatal',
      SIGNALBOX_ROLES: 'timer',
      DATABASE_URL: database.url,
      ...settings,
    }),
  );

beforeAll(async () => {
  [database, data] = await Promise.all([testDatabase(), directoryToRemove('health-door')]);
  server = await start({ SIGNALBOX_HEALTH_LISTEN: '127.0.0.1:0' });
});
afterAll(async () => {
  await server?.stop();
  await database?.drop();
  await data?.remove();
});

test('answers for its health, its database and its metrics, and for nothing else', async () => {
  const at = server.healthAddress!;
  expect(server.address).toBeNull();
  expect((await ask(at, '/healthz')).json).toMatchObject({ status: 'alive' });
  expect((await ask(at, '/readyz')).json).toMatchObject({ status: 'ready', disk: 'well' });
  expect((await ask(at, '/metrics')).text).toMatch(/^signalbox_disk_free_bytes\{disk="archive"\} \d+$/m);
  expect((await ask(at, '/api/v1/jobs')).status).toBe(404);
});

test('an address that is taken is said with its setting', async () => {
  const taken = server.healthAddress!.replace('http://', '');
  await expect(start({ SIGNALBOX_HEALTH_LISTEN: taken })).rejects.toThrow(
    `Cannot listen on SIGNALBOX_HEALTH_LISTEN=${taken}: listen EADDRINUSE`,
  );
});
