// Holds the life of tokens: made once, kept as a hash, found while they live, listed without their secret.
import { Refused, type Token } from '@signalbox/protocol';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type TestDatabase, testDatabase } from '../../../../test/kit/database.ts';
import {
  createToken,
  createTokenFinder,
  listTokens,
  personTokenDays,
  revokeToken,
  type TokenFinder,
  type TokenRequest,
  tokenPattern,
} from '../../src/access/index.ts';
import { looksLikeToken } from '../../src/access/token-secret.ts';
import { type Queryable, sql } from '../../src/base/index.ts';

let database: TestDatabase;
const finders: TokenFinder[] = [];

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(async () => {
  for (const finder of finders) await finder.stop();
  await database.drop();
});

const create = (request: TokenRequest) => database.db.transaction((tx) => createToken(tx, 'a test', request));
const revoke = (id: number) => database.db.transaction((tx) => revokeToken(tx, 'a test', id));

function finderWith(cacheSeconds: number, db: Queryable = database.db): TokenFinder {
  const finder = createTokenFinder(db, {
    cacheSeconds,
    onError: (error) => {
      throw error;
    },
  });
  finders.push(finder);
  return finder;
}

test('the secret of a token is told once and kept as a hash only', async () => {
  const { token, secret } = await create({ kind: 'person', name: 'alice', scopes: ['read', 'act'] });
  expect(secret).toMatch(/^sbp_[0-9A-Za-z]{38}$/);
  expect(`the token ${secret} in a text`.match(tokenPattern)).toEqual([secret]);
  expect(token).toMatchObject({ name: 'alice', kind: 'person', scopes: ['read', 'act'], prefix: secret.slice(0, 8) });
  const rows = await database.db.query(sql`select token::text as whole from token where id = ${token.id}`);
  const audits = await database.db.query(sql`select audit::text as whole from audit`);
  expect(JSON.stringify([rows, audits])).not.toContain(secret.slice(8));
  expect(JSON.stringify(await listTokens(database.db))).not.toContain(secret.slice(8));
});

test('a mistyped token is turned away without a query', async () => {
  const { secret } = await create({ kind: 'worker', name: 'box' });
  expect(secret).toMatch(/^sbw_/);
  const query = vi.fn(database.db.query);
  const finder = finderWith(0, { query } as Queryable);
  const mistyped = `${secret.slice(0, 20)}${secret[20] === 'a' ? 'b' : 'a'}${secret.slice(21)}`;
  for (const wrong of [mistyped, secret.toLowerCase(), `${secret} `, '', 'sbp_', `sbp_${'0'.repeat(38)}`]) {
    expect(await finder.bySecret(wrong)).toBeUndefined();
    expect(looksLikeToken(wrong)).toBe(false);
  }
  expect(query).not.toHaveBeenCalled();
  expect(await finder.bySecret(secret)).toMatchObject({ kind: 'worker', name: 'box', scopes: ['work'] });
});

test('the id of a token that is remembered is no secret', async () => {
  const { token } = await create({ kind: 'person', name: 'dora' });
  const finder = finderWith(60);
  expect(await finder.byId(token.id)).toMatchObject({ id: token.id });
  for (const guess of [String(token.id), `id ${token.id}`]) expect(await finder.bySecret(guess)).toBeUndefined();
});

test('a token is found while it lives: not once it is revoked, not once it has expired', async () => {
  const finder = finderWith(0);
  const soon = new Date(Date.now() + 3_600_000).toISOString();
  const { token, secret } = await create({ kind: 'person', name: 'bob', expiresAt: soon });
  expect(await finder.bySecret(secret)).toMatchObject({ id: token.id, scopes: ['read'] });
  expect(await finder.byId(token.id)).toMatchObject({ id: token.id });
  await database.db.query(sql`update token set expires_at = now() - interval '1 second' where id = ${token.id}`);
  expect(await finder.bySecret(secret)).toBeUndefined();
  expect(await finder.byId(token.id)).toBeUndefined();

  const other = await create({ kind: 'person', name: 'carol' });
  const revoked = await revoke(other.token.id);
  expect(revoked.revokedAt).not.toBeNull();
  expect(await finder.bySecret(other.secret)).toBeUndefined();
  expect(await revoke(other.token.id)).toEqual(revoked);
  await expect(revoke(999_999)).rejects.toThrow(/no token 999999/);
});

test('many calls with one token cost one query, and a revoked one is forgotten at once when told', async () => {
  const { token, secret } = await create({ kind: 'worker', name: 'busy', pools: ['linux'] });
  const query = vi.fn(database.db.query);
  const finder = finderWith(60, { query } as Queryable);
  const found = await Promise.all(Array.from({ length: 50 }, () => finder.bySecret(secret)));
  expect(found.every((each) => each?.id === token.id && each.pools[0] === 'linux')).toBe(true);
  expect(query).toHaveBeenCalledTimes(1);
  await revoke(token.id);
  expect(await finder.bySecret(secret)).toBeDefined();
  finder.forget();
  expect(await finder.bySecret(secret)).toBeUndefined();
});

test('what is kept in memory ends no later than the token', async () => {
  const { token, secret } = await create({ kind: 'worker', name: 'short' });
  await database.db.query(
    sql`update token set expires_at = now() + interval '200 milliseconds' where id = ${token.id}`,
  );
  const finder = finderWith(60);
  expect(await finder.bySecret(secret)).toBeDefined();
  await vi.waitFor(async () => expect(await finder.bySecret(secret)).toBeUndefined(), { timeout: 5000, interval: 20 });
});

test('a database that is away for a moment is asked again by the next caller', async () => {
  const { secret } = await create({ kind: 'worker', name: 'patient' });
  const query = vi.fn(database.db.query).mockRejectedValueOnce(new Error('Connection terminated'));
  const finder = finderWith(60, { query } as Queryable);
  await expect(finder.bySecret(secret)).rejects.toThrow('Connection terminated');
  expect(await finder.bySecret(secret)).toMatchObject({ name: 'patient' });
});

test('the last use is noted, once a minute at the most, and not while the caller waits', async () => {
  const { token, secret } = await create({ kind: 'person', name: 'dora' });
  const lastUsedAt = async () => (await listTokens(database.db)).find(({ id }) => id === token.id)?.lastUsedAt;
  const [one, two] = [finderWith(0), finderWith(0)];
  await one.bySecret(secret);
  expect(await lastUsedAt()).toBeNull();
  await one.stop();
  const noted = await lastUsedAt();
  expect(noted).toMatch(/^20\d\d-/);
  await two.bySecret(secret);
  await two.stop();
  expect(await lastUsedAt()).toBe(noted);
});

test('a token that contradicts itself is refused with the reason', async () => {
  const refusals: [TokenRequest, RegExp][] = [
    [{ kind: 'person', name: 'x', scopes: ['read', 'work'] }, /"work" is for worker tokens/],
    [{ kind: 'person', name: 'x', scopes: [] }, /"read" is the least/],
    [{ kind: 'person', name: 'x', pools: ['linux'] }, /only a worker token is bound to pools/],
    [{ kind: 'worker', name: 'x', scopes: ['work', 'admin'] }, /has "work" alone, not "admin"/],
    [{ kind: 'person', name: 'x', expiresAt: '2001-01-01T00:00:00.000Z' }, /has passed/],
    [{ kind: 'person', name: 'x', expiresAt: 'tomorrow' }, /is no instant/],
  ];
  for (const [request, reason] of refusals) {
    const error = await create(request).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Refused);
    expect((error as Refused).message).toMatch(reason);
  }
});

test('a person token ends by itself unless told otherwise, a worker token does not', async () => {
  const daysOf = (token: Token) =>
    token.expiresAt && (Date.parse(token.expiresAt) - Date.parse(token.createdAt)) / 86_400_000;
  expect(daysOf((await create({ kind: 'person', name: 'usual' })).token)).toBeCloseTo(personTokenDays, 1);
  expect((await create({ kind: 'person', name: 'for ever', expiresAt: null })).token.expiresAt).toBeNull();
  expect((await create({ kind: 'worker', name: 'usual' })).token.expiresAt).toBeNull();
});

test('tokens that work are listed before those that do not', async () => {
  const tokens = await listTokens(database.db);
  const isOver = tokens.map(
    ({ revokedAt, expiresAt }) => revokedAt !== null || (expiresAt !== null && Date.parse(expiresAt) <= Date.now()),
  );
  expect(isOver).toContain(true);
  expect(isOver.indexOf(true)).toBe(isOver.filter((over) => !over).length);
});
