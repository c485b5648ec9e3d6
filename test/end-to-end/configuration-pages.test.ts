// The configuration on the pages, in a real browser on a real server.
import type { PushDetail } from '@signalbox/protocol';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sql } from '../../packages/server/src/base/index.ts';
import { openBrowser } from '../kit/browser.ts';
import { type SampleRepository, sampleRepository } from '../kit/git.ts';
import { type TestServer, testServer } from '../kit/server.ts';
import { until } from '../kit/wait.ts';
import { faintTexts } from './readable.ts';
import { watchedPage } from './watched-page.ts';

let house: TestServer;
let repository: SampleRepository;
let browser: Browser;

beforeAll(async () => {
  [house, repository, browser] = await Promise.all([testServer(), sampleRepository(), openBrowser()]);
  await repository.push();
  await house.person.call('add-repo', { params: { repo: 'app' }, body: { url: repository.barePath, pollSeconds: 0 } });
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await house?.stop();
  await repository?.remove();
});

const built = `templates:
  built:
    pool: build-\${{ matrix.platform }}
    timeout: 30m
jobs:
  build:
    template: built
    matrix: { platform: [linux, mac] }
    env: { CC: "<b id=hurt>clang</b>" }
    steps:
      - make -j4 PLATFORM=\${{ matrix.platform }} EVERYTHING=yes THIS=is-a-long-line-that-has-to-be-scrolled-in-its-box
`;

test('on the page of a job each field opens to the lines of its commit that made it', async () => {
  const { pipelines } = await pushed('origins', built);
  const job = pipelines[0]?.jobs.find(({ name }) => name === 'build-mac');
  // The file is another by now: what counts is the commit of the job.
  await pushed('origins', 'jobs: { other: { steps: [x] } }\n');
  for (const [width, colorScheme] of [
    [1200, 'light'],
    [390, 'dark'],
  ] as const) {
    const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
    const { page, faults } = await watchedPage(context, `${house.address}/jobs/${job?.id}`);
    const panel = page.getByRole('region', { name: 'Configuration' });
    await panel.getByText('Where does each field come from?').click();
    await panel.getByRole('button', { name: /^pool/ }).click();
    const chain = panel.getByRole('list', { name: 'Where pool comes from' });
    await chain.waitFor();
    const places = await chain.getByRole('listitem').locator('p').allTextContents();
    expect(places).toEqual([
      '.signalbox.yml:7:15 the template `built` is applied',
      '.signalbox.yml:3:11 written here',
      expect.stringMatching(/^.signalbox.yml:3:17 .*matrix.platform .* is filled in$/),
      '.signalbox.yml:8:33 the value `mac` of the matrix',
    ]);
    await panel.getByRole('button', { name: /^steps\[0\]\.script/ }).click();
    await panel.getByRole('button', { name: /^env\.CC/ }).click();
    await panel.getByRole('list', { name: 'Where env.CC comes from' }).waitFor();
    expect(await page.locator('#hurt').count()).toBe(0);
    expect(await panel.getByRole('button', { name: /^attempts/ }).count()).toBe(0);
    const { seen, faint } = await faintTexts(page);
    expect([seen > 40, faint]).toEqual([true, []]);
    const beyond = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(beyond, `wider than ${width}`).toBeLessThanOrEqual(0);
    if (screens) await page.screenshot({ path: `${screens}/origins-${width}-${colorScheme}.png`, fullPage: true });
    await panel.getByRole('button', { name: /^Show \d+ defaults/ }).click();
    await panel.getByRole('button', { name: /^attempts/ }).click();
    await panel.getByText('it is not said: this is the default').waitFor();
    expect(faults).toEqual([]);
    await context.close();
  }
}, 60_000);

test('a job that a program submitted says that no configuration made it', async () => {
  const push = await pushed('submitted', built);
  const { jobs } = await house.person.call('submit-pipeline', {
    params: { push: push.push.id },
    body: {
      requestId: '00000000-0000-4000-8000-00000000d001',
      jobs: [
        { name: 'stranger', steps: [{ script: 'x' }] },
        { name: 'build-mac', steps: [{ script: 'x' }] },
      ],
    },
  });
  const [stranger, twin] = await Promise.all(
    jobs.map(({ id }) => house.person.call('get-job-origins', { params: { job: id } })),
  );
  expect(stranger).toMatchObject({ origins: null, note: expect.stringContaining('a program submitted it') });
  expect(twin).toMatchObject({ origins: { lane: 'build-mac' }, note: expect.stringContaining('not quite') });
});

test('the page of a push that changes the configuration says what it changes, another says nothing', async () => {
  const next = built
    .replace('pool: build-', 'pool: big-')
    .replace('[linux, mac]', '[linux, mac, windows]')
    .replace('timeout: 30m', 'timeout: 1h');
  await pushed('changing', built);
  const { push } = await pushed('changing', next);
  const after = await pushed('changing', `# Only a comment.\n${next}`);
  // As it is learned from runs that passed.
  await house.database.db.query(sql`
    update lane set usual_seconds = 600 where branch = 'changing' and name in ('build-linux', 'build-mac')`);
  for (const [width, colorScheme] of [
    [1200, 'light'],
    [390, 'dark'],
  ] as const) {
    const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
    const { page, faults } = await watchedPage(context, `${house.address}/pushes/${push.id}`);
    const card = page.getByRole('region', { name: 'This push changes the configuration' });
    await card.getByText(/^1 lane added, 0 removed, 2 changed; 2 before, 3 now\./).waitFor();
    await card.getByText('build-windows').waitFor();
    await card.getByText(/20 machine-minutes before, 30 now \(\+10\)/).waitFor();
    // Each platform has a pool of its own, so both change in their own way.
    expect(await card.getByRole('term').allTextContents()).toEqual(['pool', 'timeout', 'pool', 'timeout']);
    const { faint } = await faintTexts(page);
    expect(faint).toEqual([]);
    const beyond = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(beyond, `wider than ${width}`).toBeLessThanOrEqual(0);
    if (screens) await page.screenshot({ path: `${screens}/change-${width}-${colorScheme}.png`, fullPage: true });
    const params = { push: after.push.id };
    const told = await house.person.call('diff-push-configuration', { params });
    expect(told).toMatchObject({ diff: { added: [], removed: [], changed: [], after: 3 }, note: null });
    const answered = page.waitForResponse(/configuration-diff$/);
    await page.goto(`${house.address}/pushes/${after.push.id}`);
    await (await answered).finished();
    await page.getByRole('heading', { name: 'Push to changing' }).waitFor();
    expect(await card.count()).toBe(0);
    expect(faults).toEqual([]);
    await context.close();
  }
}, 60_000);

/** Where to leave pictures of the pages, for who wants to look at them. */
const screens = process.env['SIGNALBOX_SCREENSHOTS'];

/** Commits a configuration on a branch, pushes it, and waits until it is planned. */
async function pushed(branch: string, config: string): Promise<PushDetail> {
  await repository.branch(branch);
  const revision = await repository.commit({ files: { '.signalbox.yml': config }, message: `Push to ${branch}` });
  await repository.push();
  await house.person.call('report-push', { params: { repo: 'app' }, body: { branch } });
  return until(
    `the plan of the push to ${branch}`,
    async () => {
      const grid = await house.person.call('get-grid', { params: { repo: 'app' }, query: { branch } });
      const [push] = grid.rows;
      return push?.push.revision === revision && push.pipelines.length > 0 && push;
    },
    { seconds: 20 },
  );
}
