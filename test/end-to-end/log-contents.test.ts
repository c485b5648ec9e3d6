// What a log may hold, on its page in a real browser: colours, progress bars, sections of every kind, millions of empty lines, and
// text that would like to be more than text. And how it is taken along, on a phone too.
import { gunzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { until } from '../kit/wait.ts';
import { inSight, type LogHouse, logHouse, numbered, patient, row, seen } from './log-house.ts';

let logs: LogHouse;
/** It failed, and its worker told of an error line. */
let mixed: { job: number; run: number };

beforeAll(async () => {
  logs = await logHouse();
  mixed = await ended('mixed', mixedLog);
}, 120_000);
afterEach(() => logs.closePages());
afterAll(() => logs?.stop());

const tall = (name: string) => Array.from({ length: 60 }, (_, index) => `${name} ${index + 1}`);
const mixedLines = [
  'sixteen \x1b[31mred\x1b[0m, of 256 \x1b[38;5;208morange\x1b[0m, of all \x1b[38;2;0;128;255mazure\x1b[0m',
  '\x1b[1;4mbold and underlined\x1b[0m \x1b[9mstruck\x1b[0m \x1b[48;2;255;0;128m   \x1b[0m',
  '\x1b[32mgreen that goes on',
  'over the line end\x1b[0m and ends',
  'fetch  1 %\rfetch 50 %\r\x1b[32mfetch 100 %\x1b[0m',
  '--- Prepare',
  ...tall('prepared'),
  '+++ Build',
  'built',
  'travis_fold:start:link\r\x1b[0KLink',
  'linked',
  'travis_fold:end:link\r\x1b[0K',
  '\x1b[0Ksection_start:1:unit[collapsed=true]\r\x1b[0KUnit tests',
  'tested',
  '\x1b[0Ksection_end:1:unit\r\x1b[0K',
  '::group::Upload',
  'uploaded',
  '::endgroup::',
  '<img src=x onerror="document.title=1"><script>document.title=2</script> &lt;b&gt; <b>bold</b>',
  'nothing \x00\x07\x1b]0;a title\x07\x1b[2J\x1b[10;10Hmoves',
  'access \u202Etxt.exe\u202C granted, שלום עולם, ما هذا, 日本語 🚂',
  'main.c:3:1: error: expected ";"',
];
const mixedLog = `${mixedLines.join('\n')}\n`;
const lineOf = (text: string) => mixedLines.findIndex((line) => line.includes(text)) + 1;
const errorLine = mixedLines.length;

test(
  'colours of 16, 256 and 16 million are seen, over line ends too, and a progress bar as it ended',
  patient,
  async () => {
    const page = await logs.open(`/jobs/${mixed.job}?step=1#L1`);
    await inSight(page, 1);
    const styleOf = (text: string, name: string) =>
      page
        .getByRole('log')
        .getByText(text, { exact: true })
        .evaluate((element, name) => getComputedStyle(element).getPropertyValue(name), name);
    const colours = await Promise.all(
      ['red', 'orange', 'azure', 'green that goes on'].map((one) => styleOf(one, 'color')),
    );
    expect(new Set(colours).size).toBe(4);
    expect(await styleOf('over the line end', 'color')).toBe(colours[3]);
    expect(await styleOf('bold and underlined', 'font-weight')).toBe('700');
    expect(await styleOf('bold and underlined', 'text-decoration-line')).toBe('underline');
    expect(await styleOf('struck', 'text-decoration-line')).toBe('line-through');
    const block = row(page, 2)
      .locator('span')
      .filter({ hasText: /^ {3}$/ });
    expect(await block.evaluate((element) => getComputedStyle(element).backgroundColor)).toBe('rgb(255, 0, 128)');
    expect(await textOf(page, lineOf('fetch'))).toBe('fetch 100 %');
  },
);

test('sections of Buildkite, Travis, GitLab and GitHub fold, each as it says itself', patient, async () => {
  const page = await logs.open(`/jobs/${mixed.job}?step=1#L1`);
  const head = (name: string) => page.getByRole('log').getByRole('button', { name: new RegExp(`^${name}`) });
  await seen(head('Upload'));
  const states = async () =>
    Object.fromEntries(
      await Promise.all(
        ['Prepare', 'Build', 'Link', 'Unit tests', 'Upload'].map(
          async (name) => [name, await head(name).getAttribute('aria-expanded')] as const,
        ),
      ),
    );
  // `+++` wants to be open, and holds the error.
  expect(await states()).toEqual({
    Prepare: 'false',
    Build: 'true',
    Link: 'false',
    'Unit tests': 'false',
    Upload: 'false',
  });
  expect(await row(page, lineOf('prepared 1')).count()).toBe(0);
  await head('Link').click();
  await seen(row(page, lineOf('linked')).getByText('linked', { exact: true }));
});

test('what is printed is shown as text, whatever it would like to be', patient, async () => {
  const page = await logs.open(`/jobs/${mixed.job}`);
  await inSight(page, errorLine);
  const title = await page.title();
  expect(await textOf(page, lineOf('<img'))).toBe(mixedLines[lineOf('<img') - 1]);
  expect(await textOf(page, lineOf('moves'))).toBe('nothing moves');
  // Letters that turn the order round would show an exe as a txt; those of other languages stay as they are.
  expect(await textOf(page, lineOf('granted'))).toBe('access txt.exe granted, שלום עולם, ما هذا, 日本語 🚂');
  expect(await page.locator('[role=log] img, [role=log] script, [role=log] b').count()).toBe(0);
  expect(await page.title()).toBe(title);
});

test('of four million empty lines the last one is a key away', patient, async () => {
  const run = await logs.begun('empty');
  for (let million = 0; million < 4; million += 1) await run.print('\n'.repeat(1_000_000));
  await run.finish('passed');
  await logs.sealed(run.order.runId);
  const page = await logs.open(`/jobs/${run.order.job.id}`);
  await seen(page.getByText('4,000,000 lines'));
  await page.keyboard.press('G');
  await seen(row(page, 4_000_000));
  await page.getByRole('log').evaluate((panel) => {
    panel.scrollTop = panel.scrollHeight / 2;
  });
  await until('its middle', async () =>
    (
      await page.locator('[data-line]').evaluateAll((rows) => rows.map((one) => Number(one.getAttribute('data-line'))))
    ).some((line) => line > 1_900_000 && line < 2_100_000),
  );
  expect(await page.locator('[data-line]').count()).toBeLessThan(300);
});

test('its raw text is all of it, as text and in ranges, and compressed for who wants it so', patient, async () => {
  const page = await logs.open(`/jobs/${mixed.job}`);
  const link = page.getByRole('link', { name: 'Raw', exact: true });
  await seen(link);
  const address = logs.house.address + (await link.getAttribute('href'));
  const whole = await fetch(address);
  expect([whole.headers.get('content-type'), whole.headers.get('x-content-type-options')]).toEqual([
    'text/plain; charset=utf-8',
    'nosniff',
  ]);
  expect(await whole.text()).toBe(mixedLog);
  const range = await fetch(address, { headers: { range: 'bytes=0-6' } });
  expect([range.status, await range.text()]).toEqual([206, 'sixteen']);
  const members = await fetch(address, { headers: { accept: 'application/gzip' } });
  expect(gunzipSync(Buffer.from(await members.arrayBuffer())).toString()).toBe(mixedLog);
});

test(
  'what is selected with the mouse is copied without line numbers and colours, with clean line ends',
  patient,
  async () => {
    const page = await logs.open(`/jobs/${mixed.job}?step=1#L1`);
    await inSight(page, 5);
    await page.getByRole('log').evaluate((panel) => {
      const range = document.createRange();
      range.setStartBefore(panel.querySelector('[data-line="3"]')!);
      range.setEndAfter(panel.querySelector('[data-line="5"]')!);
      document.getSelection()!.removeAllRanges();
      document.getSelection()!.addRange(range);
    });
    await page.keyboard.press('ControlOrMeta+c');
    const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
    await until('the lines', async () => (await clipboard()).includes('fetch'));
    expect(await clipboard()).toBe('green that goes on\nover the line end and ends\nfetch 100 %');
  },
);

test(
  'on a phone a link to lines leads to them, the verdict to the first error, and the archive fits',
  patient,
  async () => {
    const phone = await logs.browser.newContext({
      viewport: { width: 390, height: 700 },
      isMobile: true,
      hasTouch: true,
    });
    const line = lineOf('prepared 20');
    const page = await logs.open(`/jobs/${mixed.job}?run=${mixed.run}&step=1#L${line}-${line + 1}`, phone);
    await inSight(page, line);
    await inWindow(page, row(page, line));
    await inWindow(page, page.getByRole('button', { name: 'Copy 2 lines' }));
    const other = await logs.open(`/jobs/${mixed.job}`, phone);
    const error = other
      .getByRole('banner')
      .or(other.locator('header'))
      .getByRole('link', { name: /expected ";"/ });
    await inWindow(other, error);
    await error.click();
    await other.waitForURL(new RegExp(`#L${errorLine}$`));
    await inWindow(other, row(other, errorLine));
    await other.getByRole('link', { name: 'Log and artifacts in the archive' }).click();
    await seen(other.getByRole('link', { name: /^mixed.*\.txt\.gz$/ }));
    expect(await other.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    const table = other.locator('table');
    expect(await table.evaluate((element) => element.scrollWidth <= element.clientWidth)).toBe(true);
    await phone.close();
  },
);

test('by keyboard alone: to the panel, through it, and from match to match without a mouse', patient, async () => {
  const { job } = await ended('long', numbered(1, 2000));
  const page = await logs.open(`/jobs/${job}?step=1`);
  // It failed, and nobody knows where: mostly at its end.
  await inSight(page, 2000);
  await page.keyboard.press('/');
  await page.keyboard.type('line 150 of');
  await page.keyboard.press('Enter');
  await inSight(page, 150);
  await page.keyboard.press('Escape');
  for (let tab = 0; tab < 20; tab += 1) {
    if (await page.getByRole('log').evaluate((panel) => panel === document.activeElement)) break;
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('PageDown');
  await until('the next screen', async () => (await row(page, 150).count()) === 0 || !(await isSeen(page, 150)));
  await page.keyboard.press('x');
  await page.waitForURL(/#L150$/);
});

/** A job that printed this, failed, and is sealed. */
async function ended(name: string, text: string): Promise<{ job: number; run: number }> {
  const run = await logs.begun(name);
  await run.print(text);
  if (text === mixedLog) {
    const startByte = Buffer.byteLength(mixedLines.slice(0, -1).join('\n')) + 1;
    const item = {
      step: 1,
      line: errorLine,
      startByte,
      text: mixedLines.at(-1)!,
      pattern: 'test',
      fingerprint: '0'.repeat(16),
    };
    const body = { claimId: run.order.claimId, items: [item], stopped: [] };
    await logs.house.worker.call('report-error-lines', { params: { run: run.order.runId }, body });
  }
  await run.finish('failed');
  await logs.sealed(run.order.runId);
  return { job: run.order.job.id, run: run.order.runId };
}

/** Of a line, without its number. */
async function textOf(page: Page, line: number): Promise<string> {
  await seen(row(page, line));
  const text = await until(`line ${line}`, async () => {
    const all = (await row(page, line).textContent()) ?? '';
    return all.slice(String(line).length).replace(/^✕/, '') || null;
  });
  return text;
}

async function inWindow(page: Page, what: ReturnType<Page['locator']>): Promise<void> {
  await until(
    `${what} in the window`,
    async () => {
      const box = await what.first().boundingBox();
      const height = page.viewportSize()!.height;
      return box !== null && box.y >= 0 && box.y + box.height <= height;
    },
    { seconds: 15 },
  );
}

function isSeen(page: Page, line: number): Promise<boolean> {
  return page.getByRole('log').evaluate((panel, line) => {
    const { top, bottom } = panel.getBoundingClientRect();
    const place = panel.querySelector(`[data-line="${line}"]`)?.getBoundingClientRect();
    return place !== undefined && place.bottom > top && place.top < bottom;
  }, line);
}
