// The log viewer in a real browser on a real server: where it opens, what it folds, finds, follows and copies, and what it never does.
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Link } from '../chaos/proxy.ts';
import type { TestServer } from '../kit/server.ts';
import { until } from '../kit/wait.ts';
import type { HandRun } from './hand-worker.ts';
import {
  firstInSight,
  inSight,
  type LogHouse,
  logHouse,
  numbered,
  patient,
  row,
  seen,
  shownLines,
} from './log-house.ts';
import { faintTexts } from './readable.ts';

let logs: LogHouse;
let house: TestServer;
let context: BrowserContext;
let open: LogHouse['open'];
let begun: LogHouse['begun'];
let sealed: LogHouse['sealed'];
/** A failed job with sections of all kinds, colours, a link, a long line, and error lines that its worker told of. */
let failed: { job: number; run: number };

beforeAll(async () => {
  logs = await logHouse();
  ({ house, context, open, begun, sealed } = logs);
  const run = await begun('failed');
  await run.print(failedLog);
  await tell(run, [errorLine, lastErrorLine]);
  await run.finish('failed');
  failed = { job: run.order.job.id, run: run.order.runId };
  await sealed(failed.run);
}, 120_000);
afterEach(() => logs.closePages());
afterAll(() => logs?.stop());

describe('a log opens', patient, () => {
  test('at its first error when its step failed, with the section of that error open and the others closed', async () => {
    const page = await open(`/jobs/${failed.job}`);
    await inSight(page, errorLine);
    expect(await row(page, errorLine).textContent()).toContain('not ok 201');
    await expectOpen(page, 'Test', true);
    await page.keyboard.press('g');
    await inSight(page, 1);
    await expectOpen(page, 'Install', false);
    await expectOpen(page, 'Compile', false);
    expect(await row(page, installLine + 1).count()).toBe(0);
  });

  test('at its first error too when its worker told of none, as those before this version', async () => {
    const run = await begun('silent');
    await run.print(`${numbered(1, 500)}main.c:3:1: error: expected ";"\n${numbered(501, 1000)}`);
    await run.finish('failed');
    await sealed(run.order.runId);
    const page = await open(`/jobs/${run.order.job.id}`);
    await inSight(page, 501);
    await seen(row(page, 501).getByText('✕'));
  });

  test('at the lines of its address, also inside of a section that is closed otherwise, whatever was read before', async () => {
    const line = installLine + 200;
    const page = await open(`/jobs/${failed.job}?run=${failed.run}&step=1#L${line}-${line + 2}`);
    await inSight(page, line);
    expect(await chosenLines(page)).toEqual([line, line + 1, line + 2]);
    await expectOpen(page, 'Install', true);
  });

  test('at a line of a log that grows, and at the same line after it is sealed', async () => {
    const run = await begun('stays');
    await run.print(numbered(1, 3000));
    const address = `/jobs/${run.order.job.id}?run=${run.order.runId}&step=1#L1500`;
    const text = async (page: Page) => {
      await inSight(page, 1500);
      return row(page, 1500).textContent();
    };
    const before = await open(address);
    const first = await text(before);
    await run.print(numbered(3001, 6000));
    await seen(before.getByText('6,000 lines'));
    expect(await text(before)).toBe(first);
    await run.finish('passed');
    await sealed(run.order.runId);
    expect(await text(await open(address))).toBe(first);
    expect(first).toContain('line 1500 of it');
  });

  test('of a million lines at once, and reads little of it', async () => {
    const run = await begun('million');
    for (let from = 1; from <= 1_000_000; from += 20_000) await run.print(numbered(from, from + 19_999));
    await run.finish('passed');
    await sealed(run.order.runId);
    const page = await open('/repos/app');
    const sizes: number[] = [];
    page.on('response', async (response) => {
      if (/\/log\?/.test(response.url())) sizes.push((await response.body().catch(() => Buffer.alloc(0))).length);
    });
    await page.goto(`${house.address}/jobs/${run.order.job.id}?step=1#L700000`);
    await inSight(page, 700_000);
    await page.keyboard.press('G');
    await inSight(page, 1_000_000);
    await page.keyboard.press('g');
    await inSight(page, 1);
    const panel = page.getByRole('log');
    await panel.evaluate((element) => {
      element.scrollTop = (element.scrollHeight - element.clientHeight) / 2;
    });
    const middle = await until('lines in the middle', async () => {
      const first = await firstInSight(page);
      return first > 400_000 && first < 600_000 && (await row(page, first).textContent())?.includes('of it') && first;
    });
    // Line after line from there, as with a wheel, nothing is jumped over.
    await panel.hover();
    for (let turn = 0; turn < 5; turn += 1) await page.mouse.wheel(0, 200);
    await until('50 lines further down', async () => (await firstInSight(page)) === middle + 50);
    expect(await page.locator('[data-line]').count()).toBeLessThan(300);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(300_000);
  });
});

describe('in a log', patient, () => {
  test('sections open and close, each and all together, by mouse and by key', async () => {
    const page = await open(`/jobs/${failed.job}`);
    await inSight(page, errorLine);
    await page.keyboard.press('g');
    await page.getByRole('button', { name: /^Install/ }).click();
    await expectOpen(page, 'Install', true);
    await seen(row(page, installLine + 1));
    await page.keyboard.press('o');
    await expectOpen(page, 'Install', false);
    await seen(page.getByRole('button', { name: /^Test.*2 errors/ }));
    await page.getByRole('button', { name: 'Open all sections' }).click();
    await seen(row(page, installLine + 1));
  });

  test('n and p go from error to error, and say which of how many', async () => {
    const page = await open(`/jobs/${failed.job}`);
    await inSight(page, errorLine);
    await seen(page.getByText('1 of 2'));
    await page.keyboard.press('n');
    await inSight(page, lastErrorLine);
    await seen(page.getByText('2 of 2'));
    expect(await row(page, lastErrorLine).locator('[aria-current]').count()).toBe(1);
    await page.keyboard.press('p');
    await inSight(page, errorLine);
    await page.keyboard.press('p');
    await inSight(page, lastErrorLine);
  });

  test('a search counts, goes from match to match, shows only what matches, and stands in the address', async () => {
    const page = await open(`/jobs/${failed.job}`);
    await inSight(page, errorLine);
    await page.keyboard.press('/');
    await page.keyboard.type('PACKAGE-39');
    await seen(page.getByText(/of 11$/));
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Only lines that match' }).click();
    await until('only the matches', async () => (await shownLines(page)).length === 11);
    await page.getByRole('button', { name: 'Match case' }).click();
    await seen(page.getByText('No line matches', { exact: true }));
    await page.getByRole('button', { name: 'Match case' }).click();
    await page.getByRole('button', { name: 'Regular expression' }).click();
    await page.getByRole('searchbox').fill('package-(39|40)\\d?@');
    await until('what the expression matches', async () => (await shownLines(page)).length === 13);
    const address = new URL(page.url());
    const said = Object.fromEntries(address.searchParams);
    expect(said).toMatchObject({ q: 'package-(39|40)\\d?@', regex: '1', only: 'matches' });
    const other = await open(address.pathname + address.search);
    await until('the same in another page', async () => (await shownLines(other)).length === 13);
    expect(await other.locator('mark').first().textContent()).toBe('package-39@');
  });

  test('an expression that cannot be read is said to be so', async () => {
    // Browsers write a refusal to their console: this page is not watched for that.
    const page = await context.newPage();
    await page.goto(`${house.address}/jobs/${failed.job}?q=package-(39&regex=1`);
    await seen(page.getByRole('search').getByText(/missing/i));
    await page.close();
  });

  test('lines are chosen by key, and copied clean and as Markdown with a link that names the run', async () => {
    const page = await open(`/jobs/${failed.job}`);
    await inSight(page, errorLine);
    await page.keyboard.press('x');
    await page.keyboard.press('Shift+ArrowDown');
    await page.waitForURL(new RegExp(`#L${errorLine}-${errorLine + 1}$`));
    await page.getByRole('button', { name: 'Copy 2 lines' }).click();
    const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
    const text = 'not ok 201 - a late train is told\n  AssertionError: not equal';
    await until('the text', async () => (await clipboard()) === text);
    await page.getByRole('button', { name: 'as Markdown' }).click();
    const link = `${house.address}/jobs/${failed.job}?run=${failed.run}&step=1#L${errorLine}-${errorLine + 1}`;
    await until('the Markdown', async () => (await clipboard()).includes(`](${link})`));
    expect(await clipboard()).toContain(`\`\`\`text\n${text}\n\`\`\``);
    expect(page.url()).toBe(link);
  });

  test('a link that its program wrote leads to a page, and to nothing else', async () => {
    const page = await open(`/jobs/${failed.job}`);
    await inSight(page, errorLine);
    const link = page.getByRole('log').getByRole('link', { name: 'report', exact: true });
    expect(await link.getAttribute('href')).toBe('https://ci.example/report');
    expect(await link.getAttribute('rel')).toContain('noopener');
    await seen(page.getByRole('log').getByText('see script'));
    const leads = page.getByRole('log').locator('a[href]');
    const hrefs = await leads.evaluateAll((all) => all.map((one) => one.getAttribute('href')!));
    expect(hrefs.filter((href) => !/^(#L\d+|https:)/.test(href))).toEqual([]);
  });

  test('times are shown where its lines begin with one, and pauses are pointed out', async () => {
    const run = await begun('timed');
    const times = ['02:00:00.000', '02:00:00.250', '02:01:02.250'];
    await run.print(times.map((time, index) => `2026-11-23T${time}Z line ${index + 1}\n`).join(''));
    await run.finish('passed');
    const page = await open(`/jobs/${run.order.job.id}`);
    await seen(page.getByText('1 min 02 s without output'));
    await page.keyboard.press('t');
    await seen(row(page, 2).getByText('02:00:00.250', { exact: true }));
    await page.getByRole('combobox', { name: 'Times of lines' }).selectOption('delta');
    await seen(row(page, 3).getByText('+1:02.000', { exact: true }));
    expect(new URL(page.url()).searchParams.get('times')).toBe('delta');
  });

  test('times are those at which its lines were printed, and a range begins in the colours and the link that were open', async () => {
    const run = await begun('clocked');
    const day = Date.parse('2026-11-23T09:00:00.000Z');
    const open1 = '\x1b[33m\x1b]8;;https://ci.example/open\x1b\\';
    await run.print(`${open1}${numbered(1, 400)}`, [
      { lines: 300, at: day },
      { lines: 100, at: day + 1500 },
    ]);
    const page = await open(`/jobs/${run.order.job.id}?times=absolute`);
    await inSight(page, 400);
    await seen(row(page, 400).getByText('09:00:01.500', { exact: true }));
    // As the stream brings them, also of a line that comes in pieces.
    await run.print('after a', [{ lines: 1, at: day + 91_500 }]);
    await run.print(' pause\nand at once\n', [{ lines: 1, at: day + 91_750 }]);
    await seen(row(page, 401).getByText('after a pause'));
    await seen(row(page, 401).getByText('09:01:31.500', { exact: true }));
    await seen(row(page, 402).getByText('09:01:31.750', { exact: true }));
    await seen(page.getByText('1 min 30 s without output'));
    await run.finish('passed');
    await sealed(run.order.runId);
    const later = await open(`/jobs/${run.order.job.id}?step=1&times=delta#L402`);
    await inSight(later, 402);
    await seen(row(later, 402).getByText('+0.250', { exact: true }));
    await seen(later.getByText('1 min 30 s without output'));
    const link = row(later, 402).getByRole('link', { name: 'and at once' });
    expect(await link.getAttribute('href')).toBe('https://ci.example/open');
    const colourOf = (line: number) =>
      row(later, line)
        .getByRole('link')
        .last()
        .evaluate((one) => getComputedStyle(one).color);
    const middle = await open(`/jobs/${run.order.job.id}?step=1#L1`);
    await inSight(middle, 1);
    const yellow = await row(middle, 1)
      .getByRole('link')
      .last()
      .evaluate((one) => getComputedStyle(one).color);
    expect(await colourOf(402)).toBe(yellow);
  });

  test('of a very long line a part is shown, more of it when asked for, and all of it raw', async () => {
    const page = await open(`/jobs/${failed.job}?step=1#L${longLine}`);
    await inSight(page, longLine, 'top');
    const shown = async () => ((await row(page, longLine).textContent()) ?? '').length;
    expect(await shown()).toBeLessThan(2200);
    await row(page, longLine).getByRole('button', { name: 'Show more' }).click();
    await until('more of it', async () => (await shown()) > 29_000);
    expect(await row(page, longLine).getByRole('button').count()).toBe(0);
  });
});

describe('compared with the last green run of its lane,', patient, () => {
  test('a log shows first what is different, and leads to the lines where it is', async () => {
    const green = await begun('compared');
    await green.print(`start at 12:00:01\n${numbered(1, 300)}all passed in 3.2 s\n`);
    await green.finish('passed');
    await sealed(green.order.runId);
    const red = await begun('compared');
    await red.print(`start at 14:30:59\n${numbered(1, 200)}error: the bridge is out\n${numbered(201, 300)}`);
    await red.finish('failed');
    await sealed(red.order.runId);
    const page = await open(`/jobs/${red.order.job.id}`);
    await seen(page.getByRole('log'));
    await page.keyboard.press('d');
    const first = page.getByRole('region', { name: 'make, line 202' });
    await seen(first.getByText('First difference'));
    expect(await first.locator('pre').textContent()).toContain('+error: the bridge is out');
    await seen(page.getByText('all passed in 3.2 s'));
    expect(await page.getByText('12:00:01').count()).toBe(0);
    await first.getByRole('link').click();
    await inSight(page, 202);
    expect(await chosenLines(page)).toEqual([202]);
    const alone = await open(`/jobs/${failed.job}?compare=1`);
    await seen(alone.getByText('no run of this lane has passed'));
  });
});

describe('a log that grows', patient, () => {
  test('is followed, lets go when one scrolls up, counts what comes, and takes hold again', async () => {
    const run = await begun('follow');
    await run.print(numbered(1, 500));
    const page = await open(`/jobs/${run.order.job.id}`);
    await inSight(page, 500);
    await page.getByRole('log').hover();
    await page.mouse.wheel(0, -2000);
    const follow = page.getByRole('button', { name: 'Follow' });
    await until('that it let go', async () => (await follow.getAttribute('aria-pressed')) === 'false');
    const first = await firstInSight(page);
    await run.print(numbered(501, 632));
    await seen(page.getByRole('button', { name: '+132 new lines' }));
    expect(await firstInSight(page)).toBe(first);
    await page.keyboard.press('f');
    await inSight(page, 632);
    await run.print('the last, without an end');
    await seen(row(page, 633).getByText('the last, without an end'));
    await run.finish('passed');
    await until('its end', async () => (await page.getByRole('button', { name: 'Follow' }).count()) === 0);
  });

  test('comes by one stream, that goes on after a cut where it was: nothing is missing, nothing comes twice', async () => {
    const { hostname: host, port } = new URL(house.address);
    const link = new Link('page to server', () => ({ host, port: Number(port) }));
    await link.open();
    // Browsers write what fails while the network is away to their console: this page is not watched for that.
    const page = await context.newPage();
    try {
      const run = await begun('cut');
      await run.print(numbered(1, 300));
      const asked: string[] = [];
      page.on('request', (request) => asked.push(request.url()));
      await page.goto(`http://127.0.0.1:${link.port}/jobs/${run.order.job.id}`);
      await inSight(page, 300);
      const streams = () => asked.filter((address) => address.includes('/log/live'));
      await until('the stream', () => streams().length === 1);
      await run.print(numbered(301, 302));
      await inSight(page, 302);
      const parts = () => asked.filter((address) => /\/log\?/.test(address)).length;
      const before = parts();
      for (let line = 303; line <= 320; line += 1) {
        await run.print(`${line} begins`);
        await run.print(`, \x1b[32mand ends\x1b[0m\n`);
        await seen(row(page, line).getByText('and ends', { exact: true }));
      }
      expect([parts(), streams().length]).toEqual([before, 1]);

      link.turn({ kind: 'refuse' });
      await run.print(`${numbered(321, 400)}without an end`);
      link.turn({ kind: 'clear' });
      await inSight(page, 401);
      await run.print(', but now\nthe last\n');
      await seen(row(page, 401).getByText('without an end, but now', { exact: true }));
      await inSight(page, 402);
      const shown = await page.locator('[data-line]').allTextContents();
      expect(shown.slice(-4).map((text) => text.replace(/^\d+/, ''))).toEqual([
        'line 399 of it',
        'line 400 of it',
        'without an end, but now',
        'the last',
      ]);
      expect(streams().length).toBeGreaterThan(1);
      await run.finish('passed');
      await until('its end', async () => (await page.getByRole('button', { name: 'Follow' }).count()) === 0);
    } finally {
      await page.close();
      await link.close();
    }
  });
});

describe('everybody', patient, () => {
  test('can read every text of it, in light and in dark, and on a window of 360 pixels', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const phone = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true };
      const place = await logs.browser.newContext(phone);
      const page = await open(`/jobs/${failed.job}?q=train&run=${failed.run}&step=1#L${errorLine}`, place);
      await page.emulateMedia({ colorScheme });
      await inSight(page, errorLine);
      const { faint } = await faintTexts(page);
      expect(faint).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    }
  });

  test('hears what it is: a log with a name, numbered lines, and errors that are no mere colour', async () => {
    const page = await open(`/jobs/${failed.job}`);
    await inSight(page, errorLine);
    expect(await page.getByRole('log', { name: 'Log of make' }).getAttribute('aria-live')).toBe('off');
    await seen(row(page, errorLine).getByText('✕'));
    await seen(row(page, errorLine).getByRole('link', { name: `Line ${errorLine}`, exact: true }));
    await page.keyboard.press('n');
    await until('that it is said', async () =>
      (await page.getByRole('status').allTextContents()).includes(`Line ${lastErrorLine}, error`),
    );
    await page.keyboard.press('?');
    await seen(page.getByRole('dialog').getByText('next, previous match'));
  });
});

const failedLog = [
  '\x1b[36m$ npm ci\x1b[0m',
  '::group::Install',
  ...Array.from({ length: 400 }, (_, index) => `  added package-${index + 1}@1.0.${index}`),
  '::endgroup::',
  'travis_fold:start:compile\r\x1b[0KCompile',
  ...Array.from({ length: 300 }, (_, index) => `compiled part ${index + 1}`),
  'travis_fold:end:compile\r\x1b[0K',
  '\x1b[0Ksection_start:1:test[collapsed=true]\r\x1b[0KTest',
  ...Array.from({ length: 200 }, (_, index) => `ok ${index + 1} - a train has its time`),
  'not ok 201 - a late train is told',
  '  \x1b[31mAssertionError\x1b[0m: not equal',
  '  see \x1b]8;;https://ci.example/report\x07report\x1b]8;;\x07',
  '  see \x1b]8;;javascript:alert(1)\x07script\x1b]8;;\x07',
  ...Array.from({ length: 100 }, (_, index) => `ok ${index + 202} - a train has its time`),
  `long ${'0123456789'.repeat(3000)}`,
  'make: *** [Makefile:3: test] Error 1',
  '\x1b[0Ksection_end:1:test\r\x1b[0K',
].join('\n');
const lineWith = (text: string) => failedLog.split('\n').findIndex((line) => line.startsWith(text)) + 1;
const installLine = lineWith('::group::Install');
const errorLine = lineWith('not ok 201');
const lastErrorLine = lineWith('make: ***');
const longLine = lineWith('long 0123');

/** As its worker would, which finds them while they are printed. */
async function tell(run: HandRun, lines: readonly number[]): Promise<void> {
  const texts = failedLog.split('\n');
  const items = lines.map((line, index) => ({
    step: 1,
    line,
    startByte: Buffer.byteLength(texts.slice(0, line - 1).join('\n')) + 1,
    text: texts[line - 1]!.trim(),
    pattern: 'test',
    fingerprint: `00000000000000${10 + index}`,
  }));
  const body = { claimId: run.order.claimId, items, stopped: [] };
  await house.worker.call('report-error-lines', { params: { run: run.order.runId }, body });
}

/** By their colour: it is the same for all chosen lines, and no other has it. */
async function chosenLines(page: Page): Promise<number[]> {
  return page
    .locator('[data-line] > [class*="chosen"]')
    .evaluateAll((lines) => lines.map((line) => Number((line.parentElement as HTMLElement).dataset['line'])));
}

async function expectOpen(page: Page, title: string, isOpen: boolean): Promise<void> {
  const head = page.getByRole('log').getByRole('button', { name: new RegExp(`^${title}`) });
  await until(
    `${title} ${isOpen ? 'open' : 'closed'}`,
    async () => ((await head.count()) === 0 ? isOpen : (await head.getAttribute('aria-expanded')) === String(isOpen)),
    { seconds: 15 },
  );
}
