// What a person sees while the server cannot do its work: the page stays as it was last seen, says what is wrong, and goes on by
// itself. The way to the database is a link that can be cut.
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { signalbox } from '../../packages/cli/test/kit.ts';
import { openYard } from '../../packages/server/test/http/yard.ts';
import { Link } from '../chaos/proxy.ts';
import { openBrowser } from '../kit/browser.ts';
import { type TestDatabase, testDatabase } from '../kit/database.ts';
import { type TestServer, testServer } from '../kit/server.ts';
import { until } from '../kit/wait.ts';

let database: TestDatabase;
let link: Link;
let browser: Browser;
let house: TestServer;
let page: Page;

beforeAll(async () => {
  database = await testDatabase();
  const direct = new URL(database.url);
  // The tests' PostgreSQL listens on a socket, as the embedded one does.
  const socket = join(direct.searchParams.get('host')!, '.s.PGSQL.5432');
  link = new Link('to the database', () => ({ path: socket }));
  await link.open();
  const viaLink = `postgres://${direct.username}@127.0.0.1:${link.port}${direct.pathname}`;
  house = await testServer({ DATABASE_URL: viaLink, SIGNALBOX_LOG_LEVEL: 'fatal' }, { database });
  browser = await openBrowser();
}, 60_000);
afterAll(async () => {
  link.turn({ kind: 'clear' });
  await browser?.close();
  await house?.stop();
  await link?.close();
  await database?.drop();
});

test('while the database is away a page says so, keeps what it shows, and is live again by itself', async () => {
  const yard = await openYard(house);
  const { jobId } = await yard.submitJob('compile');
  page = await browser.newPage();
  await page.goto(`${house.address}/jobs/${jobId}`);
  await page
    .getByRole('heading', { name: /compile/ })
    .first()
    .waitFor();
  expect(await page.getByText('The database does not answer').count()).toBe(0);

  link.turn({ kind: 'refuse' });
  await page.getByText('The database does not answer').waitFor({ timeout: 40_000 });
  const answer = await fetch(`${house.address}/api/v1/jobs/${jobId}`);
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
  await page
    .getByRole('heading', { name: /compile/ })
    .first()
    .waitFor();

  link.turn({ kind: 'clear' });
  await page.getByText('The database does not answer').waitFor({ state: 'detached', timeout: 40_000 });
  const order = await until('a claim', () => yard.claim(5), { seconds: 30 });
  await page
    .getByText(/running/i)
    .first()
    .waitFor({ timeout: 40_000 });
  expect(order.job.id).toBe(jobId);
  await yard.finish({ runId: order.runId, claimId: order.claimId, jobId, pipelineId: order.pipeline.id });
}, 180_000);

test('a disk with too little room is said on every page, by the doctor, and by the job that waits for it', async () => {
  // No disk of a test machine has as much free as this.
  const most = String(2 ** 40);
  const full = await testServer({ SIGNALBOX_DISK_LOW_BYTES: most, SIGNALBOX_DISK_FULL_BYTES: most });
  try {
    const yard = await openYard(full);
    const { jobId } = await yard.submitJob('link');
    expect(await yard.claim(0)).toBeNull();
    await page.goto(`${full.address}/repos`);
    await page.getByText('The disk of the server is full').waitFor({ timeout: 20_000 });
    await page.goto(`${full.address}/jobs/${jobId}`);
    await page
      .getByText(/The archive disk of the server has only \d+ MiB left/)
      .first()
      .waitFor({ timeout: 20_000 });
    const { stdout, code } = await signalbox(['doctor', '--server', full.address]);
    expect(stdout).toMatch(/✖ wrong disk +of the server: full, no new run begins/);
    expect(code).toBe(1);
  } finally {
    await full.stop();
  }
}, 120_000);
