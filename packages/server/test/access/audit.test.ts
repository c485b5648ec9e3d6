// Holds the audit: what was done is there, and stays.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '../../../../test/kit/database.ts';
import { audit, createToken, revokeToken } from '../../src/access/index.ts';
import { sql } from '../../src/base/index.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

const rows = () =>
  database.db.query<{ actor: string; action: string; subject: string; detail: unknown }>(
    sql`select actor, action, subject, detail from audit order by id`,
  );

test('a deed and its note are there together or not at all', async () => {
  const { token } = await database.db.transaction((tx) => createToken(tx, 'alice', { kind: 'worker', name: 'box' }));
  await database.db.transaction((tx) => revokeToken(tx, 'bob', token.id));
  await database.db.transaction((tx) => revokeToken(tx, 'bob', token.id));
  const undone = database.db.transaction(async (tx) => {
    await createToken(tx, 'carol', { kind: 'worker', name: 'never' });
    throw new Error('changed her mind');
  });
  await expect(undone).rejects.toThrow('changed her mind');
  expect(await rows()).toEqual([
    {
      actor: 'alice',
      action: 'token.create',
      subject: `token ${token.id} box`,
      detail: { kind: 'worker', scopes: ['work'], pools: [] },
    },
    { actor: 'bob', action: 'token.revoke', subject: `token ${token.id} box`, detail: {} },
  ]);
});

test('nobody changes or removes what was noted, not by hand either', async () => {
  await audit(database.db, 'alice', 'job.cancel', 'job 1');
  const before = await rows();
  await expect(database.db.query(sql`update audit set actor = 'mallory'`)).rejects.toThrow(/append-only/);
  await expect(database.db.query(sql`delete from audit`)).rejects.toThrow(/append-only/);
  await expect(database.db.query(sql`truncate audit`)).rejects.toThrow(/append-only/);
  expect(await rows()).toEqual(before);
});
