// Who comes next, as people see and change it in a browser, with log-in: Dana may order the line, Sam may only look and act.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Client, createClient, type JobBrief, type Scope } from '@signalbox/protocol';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openBrowser } from '../kit/browser.ts';
import { type SampleRepository, sampleRepository } from '../kit/git.ts';
import { type TestServer, testServer } from '../kit/server.ts';
import { until } from '../kit/wait.ts';
import { handWorker } from './hand-worker.ts';
import { faintTexts } from './readable.ts';
import { type WatchedPage, watchedPage } from './watched-page.ts';

let house: TestServer;
let repository: SampleRepository;
let browser: Browser;
let admin: Client;
let worker: Client;
let dana: BrowserContext;
let sam: BrowserContext;
let opened: WatchedPage[] = [];

beforeAll(async () => {
  [house, repository, browser] = await Promise.all([
    testServer({ SIGNALBOX_LOGIN: 'token' }),
    sampleRepository(),
    openBrowser(),
  ]);
  admin = clientOf((await readFile(join(house.data, 'admin-token'), 'utf8')).trim());
  worker = clientOf(await tokenOf('worker', 'machines'));
  [dana, sam] = await Promise.all([
    loggedIn(await tokenOf('person', 'dana', ['read', 'act', 'approve', 'order'])),
    loggedIn(await tokenOf('person', 'sam', ['read', 'act'])),
  ]);
  await repository.push();
  await admin.call('add-repo', { params: { repo: 'app' }, body: { url: repository.barePath, pollSeconds: 0 } });
});
afterEach(async () => {
  const faults = opened.flatMap((one) => one.faults);
  await Promise.all(opened.map((one) => one.close()));
  opened = [];
  expect(faults).toEqual([]);
});
afterAll(async () => {
  await browser?.close();
  await house?.stop();
  await repository?.remove();
});

// Several pages at once, on a machine that may be busy.
describe('the order of things, in pages', { timeout: 90_000 }, () => {
  test('a job says why it waits, what to expect, and when that changes, without a reload', async () => {
    const [job] = await pushed('lonely', 'build: { pool: lonely, steps: [make] }');
    const { page, documents } = await open(sam, `/jobs/${job!.id}`);
    const why = page.getByRole('region', { name: /^Why it waits/ });
    await seen(why.getByRole('heading', { name: 'Will never run like this' }));
    await seen(why.getByText('No worker has ever served pool "lonely".'));
    const machine = await handWorker(worker, 'lonely-1', ['lonely']);
    await seen(why.getByRole('heading', { name: 'Nothing blocks it' }));
    const run = await machine.claim();
    await gone(why);
    await run.finish('passed');
    expect(documents()).toBe(1);
  });

  test('a job in line shows its place, and a raised one comes first and is told so', async () => {
    const jobs = await pushed('line', 'a: { pool: line, steps: [make] }\n  b: { pool: line, steps: [make] }');
    const last = jobs.find(({ name }) => name === 'b')!;
    const machine = await handWorker(worker, 'line-1', ['line']);
    const { page, documents } = await open(sam, `/jobs/${last.id}`);
    await seen(page.getByRole('heading', { name: 'Place 2 of 2 in the line of line' }));
    await page.getByRole('button', { name: 'Raise' }).click();
    await page.getByRole('spinbutton', { name: 'Priority' }).fill('70');
    await page.keyboard.press('Enter');
    await seen(page.getByRole('heading', { name: 'Place 1 of 2 in the line of line' }));
    await seen(page.getByRole('definition').filter({ hasText: /^70$/ }));
    const runs = [await machine.claim(), await machine.claim()];
    expect(runs.map((run) => run.order.job.name)).toEqual(['b', 'a']);
    await Promise.all(runs.map((run) => run.finish('passed')));
    expect(documents()).toBe(1);
  });

  test('a gate is answered by those who may, with a comment; others see why they may not', async () => {
    const config = 'ask: { gate: Ship it? }\n  ship: { needs: [ask], pool: ship, steps: [make ship] }';
    const jobs = await pushed('gate', config);
    const ask = jobs.find(({ name }) => name === 'ask')!;
    const ship = jobs.find(({ name }) => name === 'ship')!;

    const watching = await open(sam, `/jobs/${ask.id}`);
    await seen(watching.page.getByRole('heading', { name: 'Ship it?' }));
    await seen(watching.page.getByRole('heading', { name: 'Someone must act' }));
    const approve = watching.page.getByRole('button', { name: 'Approve' });
    expect(await approve.getAttribute('aria-disabled')).toBe('true');
    expect(await approve.getAttribute('title')).toContain('does not have the scope `approve`');
    await approve.click({ force: true });
    await seen(watching.page.getByRole('heading', { name: 'Ship it?' }));

    const { page } = await open(dana, `/jobs/${ask.id}`);
    await seen(page.getByText('Approve, and ship goes on. Reject, and it is skipped.'));
    await page.getByRole('textbox', { name: /^Comment/ }).fill('the notes are read');
    await page.getByRole('button', { name: 'Approve' }).click();
    for (const one of [page, watching.page]) await seen(one.getByText(/Approved by dana .*: the notes are read/));
    expect(await stateOf(ship)).toBe('ready');
    expect(watching.documents()).toBe(1);

    const [no] = await pushed('gate', config);
    await page.goto(`${house.address}/jobs/${no!.id}`);
    await page.getByRole('button', { name: 'Reject' }).click();
    await seen(page.getByText(/Rejected by dana/));
    await page.goto(`${house.address}/repos/app?branch=gate`);
    await seen(page.getByRole('link', { name: /^ship, skipped/ }));
  });

  test('a closed tree is told on every page of its branch, by whom and why, and holds its jobs until it is opened', async () => {
    const [job] = await pushed('tree', 'build: { pool: tree, steps: [make] }');
    const push = await pushOf('tree');
    const machine = await handWorker(worker, 'tree-1', ['tree']);
    const ordering = await open(dana, '/repos/app?branch=tree');
    const looking = [
      await open(sam, '/repos/app?branch=tree'),
      await open(sam, `/pushes/${push}`),
      await open(sam, '/repos/app'),
    ];
    const other = await open(sam, '/repos/app?branch=main');
    const close = ordering.page.getByRole('button', { name: 'Close tree…' });
    await seen(close);
    expect(await looking[0]!.page.getByRole('button', { name: 'Close tree…' }).count()).toBe(0);
    // By keyboard alone; Escape leaves things as they are.
    await close.focus();
    await ordering.page.keyboard.press('Enter');
    await seen(ordering.page.getByRole('dialog', { name: 'Close tree of app' }));
    await ordering.page.keyboard.press('Escape');
    await gone(ordering.page.getByRole('dialog'));
    await ordering.page.keyboard.press('Enter');
    await ordering.page.keyboard.type('tests are red');
    await ordering.page.keyboard.press('Enter');

    for (const { page } of [ordering, ...looking]) {
      const banner = page.getByRole('region', { name: 'tree is closed' });
      await seen(banner.getByText('tests are red'));
      await seen(banner.getByText(/by dana/));
    }
    expect(await looking[0]!.page.getByRole('button', { name: /Open the tree/ }).count()).toBe(0);
    expect(await other.page.getByRole('region', { name: 'tree is closed' }).count()).toBe(0);
    const why = await open(sam, `/jobs/${job!.id}`);
    await seen(why.page.getByRole('heading', { name: 'Someone must act' }));
    await seen(why.page.getByText(/tests are red/).first());
    await expect(machine.claim(0)).rejects.toThrow('no job');

    await ordering.page.getByRole('button', { name: 'Open the tree: tree' }).click();
    for (const { page } of [ordering, ...looking]) await gone(page.getByRole('region', { name: 'tree is closed' }));
    await (await machine.claim()).finish('passed');
    for (const { documents } of [ordering, ...looking]) expect(documents()).toBe(1);
  });

  test('a worker is drained with a reason that everybody sees, gets nothing, and goes on when it is resumed', async () => {
    const machine = await handWorker(worker, 'mac-7', ['mac']);
    const ordering = await open(dana, '/workers');
    const looking = await open(sam, '/workers');
    const row = (page: Page) => page.getByRole('row', { name: 'mac-7' });
    const hold = row(looking.page).getByRole('button', { name: 'Hold mac-7' });
    await seen(hold);
    expect(await hold.getAttribute('title')).toContain('scope `order`');

    await row(ordering.page).getByRole('button', { name: 'Hold mac-7' }).click();
    await ordering.page.getByRole('radio', { name: /^Drain/ }).check();
    await ordering.page.getByRole('textbox', { name: /^Reason/ }).fill('new disk; back at noon');
    await ordering.page.getByRole('button', { name: 'Drain', exact: true }).click();
    for (const { page } of [ordering, looking]) {
      await seen(row(page).getByText('drained'));
      await seen(row(page).getByText('new disk; back at noon'));
      await seen(row(page).getByText(/by dana/));
    }
    const [job] = await pushed('mac', 'build: { pool: mac, steps: [make] }');
    const why = await open(sam, `/jobs/${job!.id}`);
    await seen(why.page.getByRole('heading', { name: 'Someone must act' }));
    await seen(why.page.getByText(/new disk; back at noon/));
    await expect(machine.claim(0)).rejects.toThrow('no job');

    await row(ordering.page).getByRole('button', { name: 'Resume mac-7' }).click();
    for (const { page } of [ordering, looking]) await gone(row(page).getByText('drained'));
    await (await machine.claim()).finish('passed');
    for (const { documents } of [ordering, looking]) expect(documents()).toBe(1);
  });

  test('a pool is paused and resumed where it is seen, and says how long it waits for a cheaper worker', async () => {
    await handWorker(worker, 'cheap-1', ['cheap']);
    await worker.call('register-worker', {
      body: { name: 'dear-1', pools: ['cheap'], capacity: 1, version: '0.1.0', platform: 'linux-x64', cost: 10 },
    });
    const { page, documents } = await open(dana, '/workers');
    const card = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: 'cheap', exact: true }) });
    await card.getByRole('button', { name: 'Wait of cheap for a cheaper worker' }).click();
    await page.getByRole('spinbutton', { name: /^Seconds/ }).fill('300');
    await page.keyboard.press('Enter');
    await seen(card.getByText('Waits 5 min 00 s for a cheaper one'));
    await seen(page.getByRole('row', { name: 'dear-1' }).getByText('cost 10'));

    await card.getByRole('button', { name: 'Pause cheap' }).click();
    await page.getByRole('textbox', { name: /^Reason/ }).fill('upgrade');
    await page.keyboard.press('Enter');
    await seen(card.getByText('Paused'));
    await seen(card.getByText('upgrade'));
    await card.getByRole('button', { name: 'Resume: cheap' }).click();
    await gone(card.getByText('Paused'));
    expect(documents()).toBe(1);
  });

  test('a group that gets more slots lets its next job go now', async () => {
    const jobs = await pushed(
      'group',
      [1, 2].map((n) => `sim-${n}: { pool: sim, concurrency: simulator, steps: [make] }`).join('\n  '),
    );
    const states = async () => (await Promise.all(jobs.map(stateOf))).sort();
    expect(await states()).toEqual(['held', 'ready']);
    const held = jobs.find(({ state }) => state === 'held')!;
    const why = await open(sam, `/jobs/${held.id}`);
    await seen(why.page.getByText('waits for a place in its concurrency group'));
    await seen(why.page.getByRole('region', { name: /^Why it waits/ }).getByText(/simulator/));

    const { page, documents } = await open(dana, '/repos/app/order');
    const row = page.getByRole('row', { name: 'simulator' });
    await seen(row.getByText('1 of 1'));
    await row.getByRole('spinbutton', { name: 'Slots of simulator' }).fill('2');
    await row.getByRole('button', { name: 'Set' }).click();
    await seen(row.getByText('2 of 2'));
    await seen(row.getByText(/by dana/));
    expect(await states()).toEqual(['ready', 'ready']);
    await gone(why.page.getByText('waits for a place in its concurrency group'));
    expect(documents()).toBe(1);
  });

  test('every text of these pages can be read in light and dark, and nothing scrolls sideways on a phone', async () => {
    const jobs = await pushed('looks', 'ask: { gate: Go? }\n  build: { pool: looks, steps: [make] }');
    const machine = await worker.call('register-worker', {
      body: { name: 'looks-1', pools: ['looks'], capacity: 1, version: '0.1.0', platform: 'linux-x64', cost: 3 },
    });
    const orders = clientOf(await tokenOf('person', 'night', ['order']));
    await orders.call('hold-worker', {
      params: { worker: machine.workerId },
      body: { kind: 'quarantined', reason: 'a reason that is long enough to need more than one line on a phone' },
    });
    await orders.call('pause', { body: { kind: 'branch', repo: 'app', branch: 'looks', reason: 'red' } });
    await orders.call('pause', { body: { kind: 'pool', pool: 'looks', reason: 'red too' } });
    const shown: [address: string, text: string | RegExp][] = [
      ['/repos/app?branch=looks', 'looks is closed:'],
      ['/repos/app/order', 'looks is closed'],
      ['/workers', 'quarantined'],
      ...jobs.map((job): [string, string] => [`/jobs/${job.id}`, 'Someone must act']),
    ];
    const { page } = await open(dana, '/repos/app/order');
    for (const [address, text] of shown) {
      await page.setViewportSize({ width: 1200, height: 800 });
      await page.goto(house.address + address);
      await seen(page.getByText(text).first());
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        const { seen: measured, faint } = await faintTexts(page);
        expect(measured).toBeGreaterThan(10);
        expect(faint, `${address} in ${colorScheme}`).toEqual([]);
      }
      await page.setViewportSize({ width: 360, height: 740 });
      expect(await page.evaluate(() => document.documentElement.scrollWidth), address).toBe(360);
    }
  });
});

const clientOf = (token: string) => createClient({ server: house.address, token });

async function tokenOf(kind: 'person' | 'worker', name: string, scopes?: Scope[]): Promise<string> {
  return (await admin.call('create-token', { body: { kind, name, ...(scopes && { scopes }) } })).secret;
}

async function loggedIn(token: string): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: { width: 1200, height: 800 } });
  const page = await context.newPage();
  await page.goto(`${house.address}/repos`);
  await page.getByLabel('Your token').fill(token);
  await page.keyboard.press('Enter');
  await seen(page.getByRole('heading', { name: 'Repositories', level: 1 }));
  await page.close();
  return context;
}

async function open(context: BrowserContext, path: string): Promise<WatchedPage> {
  const watched = await watchedPage(context, house.address + path);
  opened.push(watched);
  return watched;
}

const seen = (what: Locator) => until(`${what} in sight`, () => what.isVisible(), { seconds: 15 });
const gone = (what: Locator) => until(`${what} gone`, async () => (await what.count()) === 0, { seconds: 15 });

const stateOf = async ({ id }: JobBrief) => (await admin.call('get-job', { params: { job: id } })).job.state;

async function pushOf(branch: string): Promise<number> {
  return (await admin.call('get-grid', { params: { repo: 'app' }, query: { branch } })).rows[0]!.push.id;
}

/** Pushes a configuration of these jobs to a branch, and gives the jobs once they are there. */
async function pushed(branch: string, jobs: string): Promise<JobBrief[]> {
  await repository.branch(branch);
  const files = { '.signalbox.yml': `jobs:\n  ${jobs}\n` };
  const revision = await repository.commit({ files, message: `Push to ${branch} ${performance.now()}` });
  await repository.push();
  await admin.call('report-push', { params: { repo: 'app' }, body: { branch } });
  return until(`the plan of the push to ${branch}`, async () => {
    const { rows } = await admin.call('get-grid', { params: { repo: 'app' }, query: { branch } });
    const [row] = rows;
    return row?.push.revision === revision && row.pipelines[0]?.jobs;
  });
}
