// Holds secrets: sealed at rest, opened only in their own place with their own key, and never in the audit.
import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '../../../../test/kit/database.ts';
import { type Key, listSecrets, loadKey, openSecrets, removeSecret, setSecret } from '../../src/access/index.ts';
import { sql } from '../../src/base/index.ts';

let database: TestDatabase;
let directory: string;
let key: Key;
let repoId: number;
let otherRepoId: number;

beforeAll(async () => {
  database = await testDatabase();
  directory = await mkdtemp(join(tmpdir(), 'signalbox-secrets-'));
  key = await loadKey({ defaultFile: join(directory, 'secret.key') });
  const repos = await database.db.query<{ id: number }>(sql`
    insert into repo (name, url) values ('one', '/one'), ('two', '/two') returning id`);
  [repoId, otherRepoId] = repos.map(({ id }) => id) as [number, number];
});
afterAll(async () => {
  await database.drop();
  await rm(directory, { recursive: true });
});

const set = (name: string, value: string) =>
  database.db.transaction((tx) => setSecret(tx, key, 'alice', { repoId, name, value }));
const open = (names: string[], with_: { key?: Key; repoId?: number } = {}) =>
  openSecrets(database.db, with_.key ?? key, { repoId: with_.repoId ?? repoId, names, reader: 'run 12' });

test('a secret is set, listed by name, opened, set again and removed', async () => {
  await set('DEPLOY_KEY', 'first-value ä 🔑');
  await set('API_TOKEN', 'another-value');
  await set('DEPLOY_KEY', 'second-value ä 🔑');
  expect((await listSecrets(database.db, repoId)).map(({ name }) => name)).toEqual(['API_TOKEN', 'DEPLOY_KEY']);
  expect(await open(['DEPLOY_KEY', 'API_TOKEN', 'DEPLOY_KEY'])).toEqual({
    values: { DEPLOY_KEY: 'second-value ä 🔑', API_TOKEN: 'another-value' },
    missing: [],
  });
  await database.db.transaction((tx) => removeSecret(tx, 'alice', repoId, 'API_TOKEN'));
  const again = database.db.transaction((tx) => removeSecret(tx, 'alice', repoId, 'API_TOKEN'));
  await expect(again).rejects.toThrow(/no secret API_TOKEN/);
});

test('a name that is not set is told by name, and the others are opened', async () => {
  await set('PRESENT', 'is-here-now');
  const opened = await open(['PRESENT', 'ABSENT', '__proto__']);
  expect(opened.values).toEqual({ PRESENT: 'is-here-now' });
  expect(opened.missing.map(({ name }) => name)).toEqual(['ABSENT', '__proto__']);
  expect(opened.missing[0]?.text).toMatch(/ABSENT is not set/);
});

test('a sealed value opens with its key only, and in its own place only', async () => {
  await set('BOUND', 'bound-to-its-place');
  const otherKey = await loadKey({ text: 'a'.repeat(64), defaultFile: '' });
  expect((await open(['BOUND'], { key: otherKey })).missing[0]?.text).toMatch(/another key/);
  await database.db.query(sql`
    insert into secret (repo_id, name, sealed)
    select ${otherRepoId}::bigint, name, sealed from secret where repo_id = ${repoId} and name = 'BOUND'
    union all
    select repo_id, 'RENAMED', sealed from secret where repo_id = ${repoId} and name = 'BOUND'`);
  expect((await open(['BOUND'], { repoId: otherRepoId })).values).toEqual({});
  expect((await open(['RENAMED'])).values).toEqual({});
  await database.db.query(sql`
    update secret set sealed = set_byte(sealed, length(sealed) - 1, get_byte(sealed, length(sealed) - 1) # 1)
    where repo_id = ${repoId} and name = 'BOUND'`);
  expect((await open(['BOUND'])).values).toEqual({});
  await database.db.query(sql`
    update secret set sealed = substring(sealed from 1 for 20) where repo_id = ${repoId} and name = 'BOUND'`);
  expect((await open(['BOUND'])).values).toEqual({});
});

test('neither the row nor the audit shows a value, and every opening is noted by name', async () => {
  await set('HIDDEN', 'the-value-itself');
  await open(['HIDDEN', 'ABSENT']);
  const whole = JSON.stringify([
    await database.db.query(sql`select encode(sealed, 'escape') as sealed from secret`),
    await database.db.query(sql`select audit::text from audit`),
  ]);
  expect(whole).not.toContain('the-value-itself');
  const [last] = await database.db.query(sql`select actor, action, detail from audit order by id desc limit 1`);
  expect(last).toEqual({ actor: 'run 12', action: 'secret.open', detail: { names: ['HIDDEN'] } });
});

test('the key file is private and the same for all who start at once; one that others may read is refused', async () => {
  const defaultFile = join(directory, 'deep', 'secret.key');
  const keys = await Promise.all(Array.from({ length: 8 }, () => loadKey({ defaultFile })));
  expect(new Set(keys.map(({ secrets }) => secrets.toString('hex'))).size).toBe(1);
  expect(keys[0]?.secrets.equals(keys[0].sessions)).toBe(false);
  expect((await stat(defaultFile)).mode & 0o777).toBe(0o600);
  await chmod(defaultFile, 0o644);
  await expect(loadKey({ defaultFile })).rejects.toThrow(/chmod 600/);
});

test('a key may be given as text or as a file, and what is no key is refused', async () => {
  const base64 = Buffer.alloc(32, 7).toString('base64');
  const file = join(directory, 'given.key');
  await writeFile(file, `${Buffer.alloc(32, 7).toString('hex')}\n`);
  const [one, two] = [await loadKey({ text: base64, defaultFile: '' }), await loadKey({ file, defaultFile: '' })];
  expect(one).toEqual(two);
  await expect(loadKey({ text: 'short', defaultFile: '' })).rejects.toThrow(
    /SIGNALBOX_SECRET_KEY holds no key.*openssl/,
  );
});
