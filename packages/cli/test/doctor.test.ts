// The doctor looks into the database when asked to, and says what is not as it must be and what to do.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sql } from '../../../packages/server/src/base/index.ts';
import { type TestServer, testServer } from '../../../test/kit/server.ts';
import { signalbox } from './kit.ts';

type Finding = { check: string; state: string; what: string; cure: string | null };

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server.stop());

async function doctor(...words: string[]) {
  const ran = await signalbox(['doctor', '--server', server.address, '--json', ...words]);
  const findings = JSON.parse(ran.stdout) as Finding[];
  return { code: ran.code, invariants: findings.filter((one) => one.check === 'invariant') };
}

test('a healthy database is said to be so, sentence by sentence', async () => {
  const { invariants } = await doctor('--invariants');
  expect(invariants.length).toBeGreaterThan(15);
  expect(invariants.filter((one) => one.state !== 'ok')).toEqual([]);
  expect((await doctor()).invariants, 'only when asked: it reads all of the history').toEqual([]);
});

test('a broken one ends in 1, with what is broken, where, and what to do', async () => {
  await server.database.db.query(sql`
    with repo as (insert into repo (name, url, poll_seconds) values ('r', '/r', 0) returning id)
    insert into push (repo_id, branch, kind, revision, author, title, message, commits, commit_count, committed_at, received_at)
    select id, 'main', 'forward', 'a', 'A', 't', 't', '[]', 1, now(), now() - interval '1 hour' from repo`);
  const { code, invariants } = await doctor('--invariants');
  expect(code).toBe(1);
  expect(invariants.filter((one) => one.state !== 'ok')).toMatchObject([
    {
      state: 'wrong',
      what: expect.stringContaining('push 1 of main has no pipeline'),
      cure: expect.stringContaining('by hand'),
    },
  ]);
  const text = (await signalbox(['doctor', '--server', server.address, '--invariants'])).stdout;
  expect(text).toMatch(/✖ wrong invariant +pushes-are-planned: Every push .* Not so: push 1 of main/);
});
