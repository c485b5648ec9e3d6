// Holds the decision over who is let in against every combination of what a request can bring: nothing gets in without a right reason.
import { expect, test } from 'vitest';
import { type Asking, holds, type LiveToken, whoAsks } from '../../src/access/index.ts';

const token = (kind: LiveToken['kind'], scopes: LiveToken['scopes']): LiveToken => ({
  id: 7,
  kind,
  name: 'a-token',
  scopes,
  pools: kind === 'worker' ? ['linux'] : [],
});
const reader = token('person', ['read']);
const actor = token('person', ['read', 'act']);
const administrator = token('person', ['admin']);
// Rows that no function of ours writes, as if someone had written them by hand.
const impossiblePerson = token('person', ['work']);
const worker = token('worker', ['work']);
const impossibleWorker = token('worker', ['work', 'admin']);

const values = {
  login: ['none', 'token'],
  publicUrl: [undefined, 'https://ci.example.com', 'http://ci.example.com:8080'],
  peerIsLoopback: [true, false],
  forwarded: [undefined, '203.0.113.9'],
  method: ['GET', 'POST', 'DELETE'],
  host: [
    undefined,
    'localhost:8080',
    '127.0.0.1:8080',
    'ci.example.com',
    'evil.example',
    '0.0.0.0:8080',
    'localhost@evil.example',
  ],
  origin: [
    undefined,
    'http://localhost:8080',
    'https://ci.example.com',
    'http://ci.example.com',
    'http://evil.example',
    'null',
  ],
  site: [undefined, 'same-origin', 'none', 'same-site', 'cross-site'],
  bearer: [undefined, 'unknown', reader, actor, administrator, impossiblePerson, worker, impossibleWorker],
  session: [undefined, actor, administrator, worker],
  scope: ['public', 'read', 'push', 'act', 'admin', 'work'],
} as const;
type Case = { -readonly [Name in keyof typeof values]: (typeof values)[Name][number] };

/** Every eleventh of three millions: eleven divides no list's length, so the values meet in all ways within seconds. */
function* cases(): Generator<Case> {
  const names = Object.keys(values) as (keyof Case)[];
  const total = names.reduce((product, name) => product * values[name].length, 1);
  for (let number = 0; number < total; number += 11) {
    let rest = number;
    const item: Record<string, unknown> = {};
    for (const name of names) {
      item[name] = values[name][rest % values[name].length];
      rest = Math.floor(rest / values[name].length);
    }
    yield item as Case;
  }
}

function askingOf(item: Case): Asking {
  return {
    login: item.login,
    publicUrl: item.publicUrl,
    peerIsLoopback: item.peerIsLoopback,
    method: item.method,
    headers: {
      host: item.host,
      origin: item.origin,
      'sec-fetch-site': item.site,
      'x-forwarded-for': item.forwarded,
    },
    bearer: item.bearer,
    session: item.session,
    scope: item.scope,
  };
}

/** The rules once more, as a list of right reasons: written apart from the code that decides. */
function hasRightReason(item: Case): boolean {
  const isInside = item.login === 'token' || (item.peerIsLoopback && item.forwarded === undefined);
  const isOpen = item.scope === 'public';
  const isRead = item.method === 'GET';
  if (isOpen && isRead) return true;
  if (!isInside) return false;
  if (item.bearer !== undefined && item.bearer !== 'unknown')
    return isOpen || scopesOf(item.bearer).includes(item.scope);
  if (isOpen) return isOurOwnPage(item);
  if (item.bearer === 'unknown' || !isOurOwnPage(item)) return false;
  if (item.login === 'none') return item.scope !== 'work';
  return item.session?.kind === 'person' && scopesOf(item.session).includes(item.scope);
}

function scopesOf(of: LiveToken): readonly string[] {
  if (of.kind === 'worker') return ['work'];
  if (of === administrator) return ['read', 'push', 'submit', 'act', 'approve', 'order', 'admin'];
  return of === impossiblePerson ? [] : of.scopes;
}

/** Whether no page of another site can have made the browser send this. */
function isOurOwnPage({ host, origin, site, method, publicUrl }: Case): boolean {
  const isOurName =
    host === 'localhost:8080' || host === '127.0.0.1:8080' || (host === 'ci.example.com' && publicUrl !== undefined);
  if (!isOurName || site === 'same-site' || site === 'cross-site') return false;
  if (method === 'GET' || origin === undefined) return true;
  if (origin === 'http://localhost:8080') return host === 'localhost:8080';
  if (origin === 'https://ci.example.com') return host === 'ci.example.com' || publicUrl === 'https://ci.example.com';
  if (origin === 'http://ci.example.com') return host === 'ci.example.com' && publicUrl !== 'https://ci.example.com';
  return false;
}

test('nobody is let in without a right reason, and nobody who has one is turned away', () => {
  const wrong: unknown[] = [];
  let seen = 0;
  for (const item of cases()) {
    seen += 1;
    const decision = whoAsks(askingOf(item));
    if ((decision.kind === 'let-in') !== hasRightReason(item)) wrong.push({ item, decision });
    if (wrong.length > 3) break;
  }
  expect(wrong).toEqual([]);
  expect(seen).toBeGreaterThan(200_000);
});

test('whoever is let in is who the request shows, with no scope beyond', () => {
  const wrong: unknown[] = [];
  for (const item of cases()) {
    const decision = whoAsks(askingOf(item));
    if (decision.kind === 'refused') {
      if (decision.detail.length < 40) wrong.push({ item, decision });
      continue;
    }
    const { caller } = decision;
    const shown = item.bearer ?? (item.login === 'token' ? item.session : undefined);
    const isFine = {
      nobody: item.scope === 'public' && caller.scopes.length === 0,
      local: item.login === 'none' && item.peerIsLoopback && item.bearer === undefined && !holds(caller, 'work'),
      person: shown !== undefined && shown !== 'unknown' && shown.kind === 'person' && !holds(caller, 'work'),
      worker: shown !== undefined && shown !== 'unknown' && shown.kind === 'worker' && !holds(caller, 'read'),
    }[caller.kind];
    if (!isFine) wrong.push({ item, decision });
    if (wrong.length > 3) break;
  }
  expect(wrong).toEqual([]);
});

const plain: Asking = {
  login: 'none',
  publicUrl: undefined,
  peerIsLoopback: true,
  method: 'GET',
  headers: { host: 'localhost:8080' },
  bearer: undefined,
  session: undefined,
  scope: 'read',
};

test('a refusal says what is wrong and what to do', () => {
  const detailOf = (asking: Partial<Asking>) => {
    const decision = whoAsks({ ...plain, ...asking });
    return decision.kind === 'refused' ? `${decision.code}: ${decision.detail}` : 'let in';
  };
  expect(detailOf({})).toBe('let in');
  expect(detailOf({ peerIsLoopback: false })).toMatch(/^not-allowed: .*its own machine.*SIGNALBOX_LOGIN=token/);
  expect(detailOf({ scope: 'work' })).toMatch(/^not-logged-in: Workers need a token.*--worker/);
  expect(detailOf({ bearer: 'unknown' })).toMatch(/^not-logged-in: .*mistyped, revoked or expired/);
  expect(detailOf({ bearer: reader, scope: 'act' })).toMatch(
    /^not-allowed: a-token \(token 7\) may read; this needs "act"/,
  );
  expect(detailOf({ bearer: worker })).toMatch(/^not-allowed: .*takes runs and nothing else/);
  expect(detailOf({ headers: { host: 'evil.example:8080' } })).toMatch(
    /^cross-site: .*evil\.example:8080.*SIGNALBOX_PUBLIC_URL/,
  );
  const fromElsewhere = { host: 'localhost:8080', 'sec-fetch-site': 'cross-site' };
  expect(detailOf({ method: 'POST', scope: 'act', headers: fromElsewhere })).toMatch(/^cross-site: .*another site/);
});

test('a link on another site opens a document, but its pages can neither embed nor change anything', () => {
  const headers = { host: 'localhost:8080', 'sec-fetch-site': 'cross-site' };
  expect(whoAsks({ ...plain, headers: { ...headers, 'sec-fetch-dest': 'document' } }).kind).toBe('let-in');
  expect(whoAsks({ ...plain, headers: { ...headers, 'sec-fetch-dest': 'script' } }).kind).toBe('refused');
  expect(whoAsks({ ...plain, headers: { ...headers, 'sec-fetch-dest': 'iframe' } }).kind).toBe('refused');
  expect(whoAsks({ ...plain, method: 'POST', headers: { ...headers, 'sec-fetch-dest': 'document' } }).kind).toBe(
    'refused',
  );
});
