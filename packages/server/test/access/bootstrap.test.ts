// Holds how an installation gets its first tokens: on the machine itself, once, in private files.
import { chmod, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '../../../../test/kit/database.ts';
import {
  createTokenFinder,
  ensureAdministrator,
  ensureWorkerToken,
  listTokens,
  revokeToken,
  type TokenFinder,
} from '../../src/access/index.ts';

let database: TestDatabase;
let directory: string;
let tokens: TokenFinder;
beforeAll(async () => {
  database = await testDatabase();
  directory = await mkdtemp(join(tmpdir(), 'signalbox-bootstrap-'));
  tokens = createTokenFinder(database.db, {
    cacheSeconds: 0,
    onError: (error) => {
      throw error;
    },
  });
});
afterAll(async () => {
  await tokens.stop();
  await database.drop();
  await rm(directory, { recursive: true });
});

test('the local worker keeps its token from start to start, and gets another when it no longer works', async () => {
  const options = { file: join(directory, 'data', 'worker.token'), name: 'local worker' };
  const starts = await Promise.all([1, 2, 3].map(() => ensureWorkerToken(database.db, options)));
  expect(new Set(starts).size).toBe(1);
  const secret = starts[0] as string;
  expect((await stat(options.file)).mode & 0o777).toBe(0o600);
  expect((await readFile(options.file, 'utf8')).trim()).toBe(secret);
  const found = await tokens.bySecret(secret);
  expect(found).toMatchObject({ kind: 'worker', scopes: ['work'], pools: [] });
  await database.db.transaction((tx) => revokeToken(tx, 'a test', found?.id as number));
  const next = await ensureWorkerToken(database.db, options);
  expect(next).not.toBe(secret);
  expect(await tokens.bySecret(next)).toMatchObject({ kind: 'worker' });
  await chmod(options.file, 0o640);
  await expect(ensureWorkerToken(database.db, options)).rejects.toThrow(/chmod 600/);
});

test('a token that could be put in no file does not stay', async () => {
  const before = await listTokens(database.db);
  const inAFile = join(directory, 'data', 'worker.token', 'below-a-file');
  await expect(ensureWorkerToken(database.db, { file: inAFile, name: 'nowhere' })).rejects.toThrow();
  expect(await listTokens(database.db)).toEqual(before);
});

test('a server with log-in has an administrator from its first start, and one only', async () => {
  const options = { file: join(directory, 'admin.token'), name: 'first administrator' };
  const made = await Promise.all([1, 2, 3].map(() => ensureAdministrator(database.db, options)));
  expect(made.filter(Boolean)).toHaveLength(1);
  const secret = (await readFile(options.file, 'utf8')).trim();
  expect(await tokens.bySecret(secret)).toMatchObject({ kind: 'person', scopes: ['admin'] });
  expect(await ensureAdministrator(database.db, options)).toBe(false);
});
