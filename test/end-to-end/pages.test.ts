// The pages in a real browser on a real server, with a worker played by hand: what a person sees, presses and reads.
import type { PushDetail } from '@signalbox/protocol';
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openBrowser } from '../kit/browser.ts';
import { type SampleRepository, sampleRepository } from '../kit/git.ts';
import { type TestServer, testServer } from '../kit/server.ts';
import { until } from '../kit/wait.ts';
import { type HandRun, handWorker } from './hand-worker.ts';
import { faintTexts } from './readable.ts';
import { type WatchedPage, watchedPage } from './watched-page.ts';

let house: TestServer;
let repository: SampleRepository;
let browser: Browser;
/** Shared by the pages that ask for nothing special: what it has loaded once it need not load again. */
let context: BrowserContext;
let opened: WatchedPage[] = [];
/** A push that has ended: one platform passed, one failed with a log. */
let ended: PushDetail;

beforeAll(async () => {
  [house, repository, browser] = await Promise.all([testServer(), sampleRepository(), openBrowser()]);
  context = await browser.newContext({ viewport: { width: 1200, height: 800 } });
  await repository.push();
  await house.person.call('add-repo', { params: { repo: 'app' }, body: { url: repository.barePath, pollSeconds: 0 } });
  await pushed('ended', jobs('ended', 'matrix: { platform: [linux, mac] }'));
  const worker = await handWorker(house.worker, 'worker-of-ended', ['ended']);
  for (const verdict of ['passed', 'failed'] as const) {
    const run = await worker.claim();
    await run.begin();
    await run.print('compiling\nmain.c:3:1: error: expected ";"\nmake: *** [all] Error 2\n');
    await run.finish(verdict);
  }
  ended = await until('the end of the push', async () => {
    const push = await newestPush('ended');
    return push?.pipelines[0]?.pipeline.verdict === 'failed' && push;
  });
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

describe('the pages', () => {
  test('the grid shows a push as it comes, its platforms and jobs, and how they go on, without a reload', async () => {
    const { page, documents } = await open('/repos/app');
    await seen(page.getByRole('article', { name: 'Push to ended' }));
    const config = `${jobs('grid', 'matrix: { platform: [linux, mac] }')}
  test: { pool: grid, needs: [build-linux], steps: [make test] }
`;
    await pushed('grid', config);
    const push = page.getByRole('article', { name: 'Push to grid' });
    await seen(push);
    const job = (stand: string) => seen(push.getByRole('link', { name: stand }));
    await job('build-linux, ready for a worker');
    await job('build-mac, ready for a worker');
    await job('test, waiting for other jobs');
    expect(await push.getByRole('term').allTextContents()).toEqual(['linux', 'mac', 'any']);

    const worker = await handWorker(house.worker, 'worker-of-grid', ['grid']);
    const runs = [await worker.claim(), await worker.claim()];
    const [linux, mac] = runs.sort((a, b) => a.order.job.name.localeCompare(b.order.job.name)) as [HandRun, HandRun];
    await job('build-linux, running');
    await job('build-mac, running');
    await linux.finish('passed');
    await job('build-linux, passed');
    await job('test, ready for a worker');
    await mac.finish('failed');
    await job('build-mac, failed: Step "make" exited with 2');
    await seen(push.getByText('1 failed'));
    expect(documents()).toBe(1);
  });

  test('Cancel and Run again on the job page act, and the page shows what became of it without a reload', async () => {
    const job = await jobOn('actions');
    const worker = await handWorker(house.worker, 'worker-of-actions', ['actions']);
    const first = await worker.claim();
    const { page, documents } = await open(`/jobs/${job}`);
    const verdict = (text: string | RegExp) => seen(page.getByRole('main').getByText(text).first());
    const state = async () => {
      const { job: now, runs } = await house.person.call('get-job', { params: { job } });
      return { state: now.state, verdict: now.verdict, runs: runs.length };
    };
    await verdict('on worker-of-actions');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await first.cancelled();
    await seen(page.getByRole('button', { name: 'Cancelling…' }));
    await first.finish('cancelled');
    await verdict(/^Cancelled by/);
    expect(await state()).toEqual({ state: 'done', verdict: 'cancelled', runs: 1 });

    await page.getByRole('button', { name: 'Run again' }).click();
    await verdict(/^Ready/);
    expect(await state()).toEqual({ state: 'ready', verdict: null, runs: 1 });
    const second = await worker.claim();
    await verdict(/^Running/);
    await second.finish('passed');
    await verdict('in attempt 2');
    expect(await state()).toEqual({ state: 'done', verdict: 'passed', runs: 2 });
    await seen(page.getByRole('link', { name: 'Attempt 1 cancelled' }));
    expect(documents()).toBe(1);
  });

  test('Cancel ends a job that nobody has taken yet at once', async () => {
    const job = await jobOn('untaken');
    const { page, documents } = await open(`/jobs/${job}`);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await seen(page.getByText('It did not run.'));
    const detail = await house.person.call('get-job', { params: { job } });
    expect(detail.job).toMatchObject({ state: 'done', verdict: 'cancelled' });
    expect(documents()).toBe(1);
  });

  test('a log and a title with colours and HTML in them are text: no element is made of them and no script runs', async () => {
    const hurt = '<img src=x onerror="window.hurt=1"><script>window.hurt=1</script><b id="of-the-log">bold</b>';
    const job = await jobOn('text', hurt);
    const run = await (await handWorker(house.worker, 'worker-of-text', ['text'])).claim();
    await run.begin();
    await run.print(
      `plain\n\u001b[31mred\u001b[0m and ${hurt}\n\u001b]8;;javascript:window.hurt=1\u0007link\u001b]8;;\u0007\n`,
    );
    const { page } = await open(`/jobs/${job}`);
    const log = page.getByRole('log');
    await seen(log.getByText(`and ${hurt}`));
    await seen(page.getByRole('link', { name: hurt }).first());
    expect(await log.textContent()).not.toContain('\u001b');
    expect(await page.locator('#of-the-log, img[src="x"], [onerror], a[href^="javascript"]').count()).toBe(0);
    expect(await log.locator('img, script, b').count()).toBe(0);
    const red = log.getByText('red', { exact: true });
    const color = (element: Element) => getComputedStyle(element).color;
    expect(await red.evaluate(color)).not.toBe(await log.getByText('plain', { exact: true }).evaluate(color));
    await page.goto(`${house.address}/repos/app?branch=text`);
    await seen(page.getByRole('article', { name: hurt }));
    expect(await page.evaluate(() => 'hurt' in window)).toBe(false);
  });

  test('a line number puts its line into the address, and that address opens with the line marked', async () => {
    const { page } = await open(`/jobs/${jobOf(ended, 'passed')}`);
    await page.getByRole('link', { name: 'Line 2', exact: true }).click();
    await page.waitForURL(/#L2$/);
    const other = await open(page.url().slice(house.address.length));
    const background = (number: number) =>
      other.page
        .getByRole('link', { name: `Line ${number}`, exact: true })
        .evaluate((link) => getComputedStyle(link.parentElement!).backgroundColor);
    expect(await background(2)).not.toBe(await background(1));
    expect(await background(3)).toBe(await background(1));
  });

  test('the log of a running step grows and is followed, until one scrolls up', async () => {
    const job = await jobOn('growing');
    const run = await (await handWorker(house.worker, 'worker-of-growing', ['growing'])).claim();
    await run.begin();
    await run.print('line 1\n');
    const { page, documents } = await open(`/jobs/${job}`);
    const log = page.getByRole('log');
    await seen(log.getByText('line 1', { exact: true }));
    await run.print(numbered(2, 2000));
    const inSight = (line: number) =>
      until(`line ${line} in sight`, () =>
        log.evaluate((panel, text) => {
          const { top, bottom } = panel.getBoundingClientRect();
          const rows = [...panel.querySelectorAll('[data-line]')];
          const row = rows.find((one) => one.textContent?.endsWith(text))?.getBoundingClientRect();
          return row !== undefined && row.top >= top - 1 && row.bottom <= bottom + 1;
        }, `line ${line}`),
      );
    await inSight(2000);
    await log.hover();
    await page.mouse.wheel(0, -3000);
    await until('that it let go', async () => (await follows(page)) === 'false');
    await run.print(numbered(2001, 2010));
    await page.getByRole('button', { name: '+10 new lines' }).click();
    await inSight(2010);
    expect(await follows(page)).toBe('true');
    expect(documents()).toBe(1);
  });

  test('a job of a pool that nobody serves says so, with its cure', async () => {
    const { page } = await open(`/jobs/${await jobOn('nobody')}`);
    const why = page.getByRole('region', { name: 'Why it waits' });
    await seen(why.getByText('No worker has ever served pool "nobody".'));
    await seen(why.getByText('Will never run like this'));
    await seen(why.getByText('signalbox worker --pools nobody'));
    await page.goto(`${house.address}/workers`);
    await seen(page.getByText('No worker serves this pool now: start one.').first());
  });

  test('a configuration with mistakes shows each with its line and column', async () => {
    const push = await pushed('mistakes', 'jobs:\n  a:\n    stepz: [x]\n    needs: [b]\n');
    const problem = push.pipelines[0]?.pipeline.problem;
    if (problem?.kind !== 'mistakes') throw new Error(`expected mistakes, found ${JSON.stringify(problem)}`);
    expect(problem.mistakes.length).toBeGreaterThan(1);
    for (const address of ['/repos/app?branch=mistakes', `/pushes/${push.push.id}`]) {
      const { page } = await open(address);
      await seen(page.getByText('.signalbox.yml:3:5', { exact: true }));
      const shown = page.getByRole('listitem').filter({ has: page.locator('pre') });
      const texts = await shown.allTextContents();
      expect(texts.length).toBe(problem.mistakes.length);
      problem.mistakes.forEach(({ file, line, column, message }, index) => {
        expect(texts[index]).toContain(`${file}:${line}:${column}`);
        expect(texts[index]).toContain(message);
      });
    }
  });

  test('what a plan was warned of stands with its push, beside the jobs that run', async () => {
    const { push } = await pushed(
      'warned',
      'jobs:\n  a: { pool: warned, timeout: 1m, steps: [{ script: x, timeout: 2m }] }\n',
    );
    const { page } = await open(`/pushes/${push.id}`);
    // With a worker in the house, that its pool has none is the second.
    await seen(page.getByRole('heading', { name: /^[12] warnings? about the configuration/ }));
    await seen(page.getByText('.signalbox.yml:2:65', { exact: true }));
    await seen(page.getByText('this limit of a step is never reached'));
    await seen(page.getByRole('rowheader', { name: 'a', exact: true }));
  });

  test('a repository without a configuration shows the file to begin with', async () => {
    const plain = await sampleRepository();
    try {
      await plain.push();
      await house.person.call('add-repo', { params: { repo: 'plain' }, body: { url: plain.barePath, pollSeconds: 0 } });
      const { page } = await open('/repos/plain');
      await seen(page.getByRole('heading', { name: 'This commit has no .signalbox.yml' }));
      const starter = page.getByRole('figure').filter({ hasText: '.signalbox.yml' });
      expect(await starter.locator('pre').textContent()).toMatch(/^jobs:$/m);
      await seen(starter.getByRole('button', { name: /copy/i }));
    } finally {
      await plain.remove();
    }
  });

  test('the workers page shows a worker as it comes, its pool, and what it runs', async () => {
    const { page, documents } = await open('/workers');
    await seen(page.getByRole('heading', { name: 'Workers and pools' }));
    const worker = await handWorker(house.worker, 'worker-to-see', ['seen']);
    const row = page.getByRole('row', { name: 'worker-to-see' });
    await seen(row.getByRole('cell', { name: 'seen', exact: true }));
    await seen(page.getByRole('listitem').filter({ hasText: '0 of 2 running on 1 worker' }).first());
    await jobOn('seen');
    await worker.claim();
    await seen(row.getByRole('link', { name: 'build' }));
    expect(documents()).toBe(1);
  });

  test('j goes to the next failure of the grid, and Enter opens it', async () => {
    const { page } = await open('/repos/app?branch=ended');
    await seen(page.getByRole('article', { name: 'Push to ended' }));
    await page.keyboard.press('j');
    const focused = await page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
    expect(focused).toMatch(/^build-\w+, failed/);
    await page.keyboard.press('Enter');
    await page.waitForURL(`${house.address}/jobs/${jobOf(ended, 'failed')}`);
    await seen(page.getByRole('heading', { level: 1, name: focused!.split(',')[0]! }));
  });

  test('everything that can be pressed on the job page is reached by Tab, and nothing keeps the focus', async () => {
    const { page } = await open(`/jobs/${jobOf(ended, 'failed')}`);
    await seen(page.getByRole('log').getByText('compiling'));
    const count = await page.evaluate(() => {
      const all = [...document.querySelectorAll<HTMLElement>('a[href], button, input, select, summary, [role="log"]')];
      // A log may have a million line numbers: they are not stops, the log itself is one when it scrolls.
      const stops = all.filter((one) => !one.closest('[role="log"] a') && one.checkVisibility());
      const meant = stops.filter((one) => one.role !== 'log' || one.scrollHeight > one.clientHeight);
      for (const [index, one] of meant.entries()) one.setAttribute('data-stop', String(index));
      return meant.length;
    });
    expect(count).toBeGreaterThan(10);
    const reached: string[] = [];
    for (let press = 0; press < count + 2; press += 1) {
      await page.keyboard.press('Tab');
      reached.push(await page.evaluate(() => document.activeElement?.getAttribute('data-stop') ?? 'outside'));
    }
    const missed = Array.from({ length: count }, (_, index) => String(index)).filter((stop) => !reached.includes(stop));
    const names = (stops: string[]) =>
      Promise.all(stops.map((stop) => page.locator(`[data-stop="${stop}"]`).evaluate((one) => one.outerHTML)));
    expect(await names(missed)).toEqual([]);
    expect(new Set(reached.slice(0, count)).size).toBe(count);
  });

  test('every text can be read, in light and in dark', async () => {
    const { page } = await open('/repos', {});
    for (const [address, text] of everyPage()) {
      await page.goto(house.address + address);
      await seen(page.getByText(text).first());
      const grounds = new Set<string>();
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        const { seen: measured, faint } = await faintTexts(page);
        expect(measured).toBeGreaterThan(10);
        expect(faint, `${address} in ${colorScheme}`).toEqual([]);
        grounds.add(await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor));
      }
      expect(grounds.size).toBe(2);
    }
  });

  test('nothing scrolls sideways on a window of 360 pixels', async () => {
    const { page } = await open('/repos', { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
    for (const [address, text] of everyPage()) {
      await page.goto(house.address + address);
      await seen(page.getByText(text).first());
      const wide = await page.evaluate(() => {
        const tooFar = [...document.body.querySelectorAll('*')].filter(
          (one) =>
            one.checkVisibility() && one.getBoundingClientRect().right > 361 && !one.closest('pre, [role="log"]'),
        );
        return { width: document.documentElement.scrollWidth, tooFar: tooFar.slice(0, 3).map((one) => one.outerHTML) };
      });
      expect(wide, address).toEqual({ width: 360, tooFar: [] });
    }
  });

  test('no page asks another origin for anything, or complains on the console', async () => {
    const { page, faults } = await open('/');
    for (const [address, text] of [...everyPage(), ['/repos', 'app'], ['/no/such/page', /./]] as const) {
      await page.goto(house.address + address);
      await seen(page.getByText(text).first());
      expect(faults, address).toEqual([]);
    }
  });
});

async function open(path: string, options?: BrowserContextOptions): Promise<WatchedPage> {
  const place = options ? await browser.newContext(options) : context;
  const watched = await watchedPage(place, house.address + path);
  opened.push(watched);
  return watched;
}

/** Looks more often than Playwright's own waiting, which pauses for half a second at a time: a quarter of this file's time. */
async function seen(what: Locator): Promise<void> {
  await until(`${what} in sight`, () => what.isVisible(), { seconds: 8 });
}

/** Addresses, and a text that is there once the page has what it shows. */
function everyPage(): [address: string, text: string][] {
  return [
    ['/repos/app', 'Push to ended'],
    [`/jobs/${jobOf(ended, 'failed')}`, 'compiling'],
    [`/pushes/${ended.push.id}`, 'Step "make" exited with 2'],
    ['/workers', 'worker-of-ended'],
  ];
}

function jobs(pool: string, more = 'checkout: true'): string {
  return `
jobs:
  build:
    ${more}
    pool: ${pool}
    steps: [make]`;
}

/** Commits a configuration on a branch, pushes it, and waits until it is planned. */
async function pushed(branch: string, config: string, message = `Push to ${branch}`): Promise<PushDetail> {
  await repository.branch(branch);
  const revision = await repository.commit({ files: { '.signalbox.yml': config }, message });
  await repository.push();
  await house.person.call('report-push', { params: { repo: 'app' }, body: { branch } });
  return until(`the plan of the push to ${branch}`, async () => {
    const push = await newestPush(branch);
    return push?.push.revision === revision && push.pipelines.length > 0 && push;
  });
}

async function newestPush(branch: string): Promise<PushDetail | undefined> {
  return (await house.person.call('get-grid', { params: { repo: 'app' }, query: { branch } })).rows[0];
}

/** The only job of a push to a branch and a pool of that name. */
async function jobOn(name: string, message?: string): Promise<number> {
  const push = await pushed(name, jobs(name), message);
  const id = push.pipelines[0]?.jobs[0]?.id;
  if (!id) throw new Error(`the push to ${name} has no job: ${JSON.stringify(push)}`);
  return id;
}

function jobOf(push: PushDetail, verdict: 'passed' | 'failed'): number {
  return push.pipelines[0]!.jobs.find((job) => job.verdict === verdict)!.id;
}

function follows(page: Page): Promise<string | null> {
  return page.getByRole('button', { name: 'Follow' }).getAttribute('aria-pressed');
}

function numbered(from: number, to: number): string {
  return Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}\n`).join('');
}
