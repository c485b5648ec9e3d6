// A server with a push, whose jobs are played by hand, and pages of a real browser on it: what the tests of the log viewer begin with.
import { randomUUID } from 'node:crypto';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { openBrowser } from '../kit/browser.ts';
import { sampleRepository } from '../kit/git.ts';
import { type TestServer, testServer } from '../kit/server.ts';
import { until } from '../kit/wait.ts';
import { type HandRun, handWorker } from './hand-worker.ts';
import { type WatchedPage, watchedPage } from './watched-page.ts';

/** Each test opens pages of a real browser: on a busy machine that takes a while. */
export const patient = { timeout: 60_000 };

export type LogHouse = {
  readonly house: TestServer;
  readonly browser: Browser;
  readonly context: BrowserContext;
  /** A job of one step that has begun on a worker played by hand. */
  begun(name: string): Promise<HandRun>;
  sealed(run: number): Promise<void>;
  /** `where` is another context than the usual one of 1200 pixels. */
  open(path: string, where?: BrowserContext): Promise<Page>;
  /** Closes the pages that were opened, and throws when one did what it must not. */
  closePages(): Promise<void>;
  stop(): Promise<void>;
};

export async function logHouse(): Promise<LogHouse> {
  const [house, repository, browser] = await Promise.all([
    // On a slow machine searches take long, and a browser writes each refusal to its console.
    testServer({ SIGNALBOX_LOG_SEARCHES: '50', SIGNALBOX_LOG_CALLER_SEARCHES: '50' }),
    sampleRepository(),
    openBrowser(),
  ]);
  const context = await browser.newContext({ viewport: { width: 1200, height: 800 } });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await repository.push();
  await house.person.call('add-repo', { params: { repo: 'app' }, body: { url: repository.barePath, pollSeconds: 0 } });
  await repository.branch('logs');
  await repository.commit({ files: { '.signalbox.yml': 'jobs: {}\n' }, message: 'Logs' });
  await repository.push();
  await house.person.call('report-push', { params: { repo: 'app' }, body: { branch: 'logs' } });
  const pushId = await until('the push', async () => {
    const { rows } = await house.person.call('get-grid', { params: { repo: 'app' }, query: { branch: 'logs' } });
    return rows[0]?.push.id;
  });
  let opened: WatchedPage[] = [];
  return {
    house,
    browser,
    context,
    async begun(name) {
      const { pipelineId } = await house.person.call('submit-pipeline', {
        params: { push: pushId },
        body: {
          requestId: randomUUID(),
          jobs: [{ name, pool: name, checkout: false, steps: [{ name: 'make', script: 'make' }] }],
        },
      });
      expect(pipelineId).toBeGreaterThan(0);
      const run = await (await handWorker(house.worker, `worker-of-${name}`, [name])).claim();
      await run.begin();
      return run;
    },
    async sealed(run) {
      await until(
        'the sealed log',
        async () => (await house.person.call('get-run', { params: { run } })).logState === 'sealed',
        { seconds: 30 },
      );
    },
    async open(path, where = context) {
      const watched = await watchedPage(where, house.address + path);
      opened.push(watched);
      return watched.page;
    },
    async closePages() {
      const faults = opened.flatMap((one) => one.faults);
      await Promise.all(opened.map((one) => one.close()));
      opened = [];
      expect(faults).toEqual([]);
    },
    async stop() {
      await browser.close();
      await house.stop();
      await repository.remove();
    },
  };
}

export async function seen(what: Locator): Promise<void> {
  await until(`${what} in sight`, () => what.first().isVisible(), { seconds: 15 });
}

export function row(page: Page, line: number): Locator {
  return page.locator(`[data-line="${line}"]`);
}

/** A line stands in the panel, read and not only as a place for it. `top`: of a high one the beginning is enough. */
export async function inSight(page: Page, line: number, part: 'whole' | 'top' = 'whole'): Promise<void> {
  await until(
    `line ${line} in sight`,
    () =>
      page.getByRole('log').evaluate(
        (panel, [line, part]) => {
          const { top, bottom } = panel.getBoundingClientRect();
          const row = panel.querySelector(`[data-line="${line}"]`);
          const place = row?.getBoundingClientRect();
          if (!row || !place || !/\D/.test(row.textContent ?? '')) return false;
          return place.top >= top - 1 && (part === 'top' ? place.top < bottom : place.bottom <= bottom + 1);
        },
        [line, part] as const,
      ),
    { seconds: 15 },
  );
}

export async function firstInSight(page: Page): Promise<number> {
  return page.getByRole('log').evaluate((panel) => {
    const { top } = panel.getBoundingClientRect();
    const rows = [...panel.querySelectorAll<HTMLElement>('[data-line]')];
    return Number(rows.find((one) => one.getBoundingClientRect().bottom > top + 1)?.dataset['line'] ?? 0);
  });
}

export async function shownLines(page: Page): Promise<number[]> {
  return page
    .locator('[data-line]')
    .evaluateAll((rows) => rows.map((row) => Number((row as HTMLElement).dataset['line'])));
}

export function numbered(from: number, to: number): string {
  return Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index} of it\n`).join('');
}
