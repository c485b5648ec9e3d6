// A tab of a real browser on the pages: how soon the lines of a log stand in it, and what memory its process takes.
import { readFileSync } from 'node:fs';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { House } from './house.ts';

export type TabMemory = {
  /** Of its process, what no other shares (megabytes of 10^6 bytes). */
  readonly tabMb: number;
  /** Of that, what its scripts hold. */
  readonly scriptMb: number;
  readonly keptLines: number;
};

export class Tab {
  readonly #browser: Browser;
  readonly #context: BrowserContext;
  readonly #house: House;
  #page: Page;

  private constructor(browser: Browser, context: BrowserContext, house: House, page: Page) {
    this.#browser = browser;
    this.#context = context;
    this.#house = house;
    this.#page = page;
  }

  static async open(browser: Browser, house: House): Promise<Tab> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    const page = await context.newPage();
    await page.goto(`${house.address}/log-in`);
    await page.evaluate(async (token) => {
      const body = JSON.stringify({ token });
      const answer = await fetch('/api/v1/session', {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json' },
      });
      if (!answer.ok) throw new Error(`log-in: ${answer.status} ${await answer.text()}`);
    }, house.tokens.person);
    return new Tab(browser, context, house, page);
  }

  get page(): Page {
    return this.#page;
  }

  /** A new tab, from its address to the frame after the one in which this line is in the page, in milliseconds. */
  async firstScreen(path: string, line: number): Promise<number> {
    await this.#page.close();
    this.#page = await this.#context.newPage();
    this.#page.setDefaultTimeout(30_000);
    await this.#page.goto(this.#house.address + path, { waitUntil: 'commit' });
    const seen = await this.#page.waitForFunction((number) => {
      const row = document.querySelector(`[role="log"] [data-line="${number}"]`);
      if (!row || !/message \d/.test(row.textContent ?? '')) return 0;
      return performance.now();
    }, line);
    return (await seen.jsonValue()) as number;
  }

  /** From a press on the job's link in a page that is open, in milliseconds. */
  async nextScreen(pushId: number, jobId: number, line: number): Promise<number> {
    await this.#page.goto(`${this.#house.address}/pushes/${pushId}`);
    const link = this.#page.locator(`a[href^="/jobs/${jobId}"]`).first();
    await link.waitFor();
    return link.evaluate(async (element: HTMLElement, number) => {
      const began = performance.now();
      element.click();
      for (;;) {
        await new Promise(requestAnimationFrame);
        const row = document.querySelector(`[role="log"] [data-line="${number}"]`);
        if (row && /message \d/.test(row.textContent ?? '')) return performance.now() - began;
        if (performance.now() - began > 30_000) throw new Error(`line ${number} did not come within 30 s`);
      }
    }, line);
  }

  /** From its address to its first words, of a page that shows no log. */
  async emptyPage(): Promise<number> {
    const page = await this.#context.newPage();
    await page.goto(`${this.#house.address}/workers`, { waitUntil: 'commit' });
    const seen = await page.waitForFunction(() => document.querySelector('main h1') !== null && performance.now());
    const millis = (await seen.jsonValue()) as number;
    await page.close();
    return millis;
  }

  async emptyTabMb(): Promise<number> {
    await this.#page.goto(`${this.#house.address}/workers`);
    await this.#page.locator('main h1').waitFor();
    return (await this.memory()).tabMb;
  }

  async memory(): Promise<TabMemory> {
    const session = await this.#context.newCDPSession(this.#page);
    await session.send('HeapProfiler.collectGarbage');
    const { usedSize } = await session.send('Runtime.getHeapUsage');
    const keptLines = await this.#page.locator('[data-line]').count();
    return { tabMb: await this.#processMb(), scriptMb: Math.round(usedSize / 1e6), keptLines };
  }

  /** The biggest of the browser's tabs: the others are empty. */
  async #processMb(): Promise<number> {
    const session = await this.#browser.newBrowserCDPSession();
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    const sizes = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => ownMb(id));
    return Math.max(0, ...sizes);
  }
}

/** What Chromium's task manager calls the memory of a process. Linux only. */
function ownMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kilobytes = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1] ?? 0);
  return Math.round(((kilobytes('RssAnon') + kilobytes('VmSwap')) * 1024) / 1e6);
}
