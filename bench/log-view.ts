// A log of 500 MB in a real browser: how soon its first lines stand there, wherever it opens, and how much memory the tab takes
// after somebody has gone through it. Beside it what the server alone needs for the same lines.
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { openBrowser } from '../test/kit/browser.ts';
import { percentile, rounded, say } from './ground/figures.ts';
import { startHouse } from './ground/house.ts';
import { type LongLog, writeLongLog } from './ground/long-log.ts';
import { Tab } from './ground/tab.ts';

const usualMegabytes = 500;

export async function logView(args: readonly string[]): Promise<Record<string, number>> {
  const { values } = parseArgs({
    args: [...args],
    options: { scale: { type: 'string', default: '1' }, times: { type: 'string', default: '5' } },
  });
  const megabytes = Math.max(1, Math.round(usualMegabytes * Number(values.scale)));
  const times = Number(values.times);
  const house = await startHouse();
  const browser = await openBrowser();
  try {
    say(`a failed job prints ${megabytes} MB in lines of 100 bytes`);
    const log = await writeLongLog(house, megabytes * 1_000_000);
    const tab = await Tab.open(browser, house);
    const job = `/jobs/${log.jobId}`;
    // Once for the scripts, which a browser keeps, and for the server's statements.
    await tab.firstScreen(`${job}?step=1`, log.errorLine);
    const half = Math.round(log.lines / 2);
    const places = [
      { path: job, line: log.errorLine },
      { path: `${job}?step=1#L${half}-${half + 20}`, line: half },
      { path: `${job}?step=1#L${log.lines}`, line: log.lines },
    ];
    const newTabs: number[] = [];
    const presses: number[] = [];
    for (let round = 0; round < times; round += 1) {
      for (const { path, line } of places) newTabs.push(await tab.firstScreen(path, line));
      presses.push(await tab.nextScreen(house.pushId, log.jobId, log.errorLine));
    }
    say(
      `new tabs: ${newTabs.map(Math.round).join(', ')} ms; from page to page: ${presses.map(Math.round).join(', ')} ms`,
    );

    const page = tab.page;
    const jumps = await goThrough(page, log);
    const memory = await tab.memory();
    say(`${jumps.length} places of it seen in one tab; ${memory.keptLines} rows in the page`);
    return {
      logMb: megabytes,
      firstScreenMs: rounded(percentile(presses, 0.5), 0),
      newTabMs: rounded(percentile(newTabs, 0.5), 0),
      jumpMs: rounded(percentile(jumps, 0.5), 0),
      tabMb: memory.tabMb,
      scriptMb: memory.scriptMb,
      // The limits: the page without any log, and the lines without any page.
      emptyPageMs: rounded(await tab.emptyPage(), 0),
      emptyTabMb: await tab.emptyTabMb(),
      rangeMs: rounded(await rangeMillis(house.address, house.tokens.person, log, times), 1),
    };
  } finally {
    await browser.close();
    await house.stop();
  }
}

/** To a hundred places all over the log, by the bar at its side, and some way on from each with the wheel. */
async function goThrough(page: Page, log: LongLog): Promise<number[]> {
  const panel = page.getByRole('log');
  await panel.hover();
  const jumps: number[] = [];
  for (let number = 0; number < 100; number += 1) {
    const share = (number * 37) % 100;
    jumps.push(
      await panel.evaluate(async (element, share) => {
        const began = performance.now();
        element.scrollTop = ((element.scrollHeight - element.clientHeight) * share) / 100;
        for (;;) {
          await new Promise(requestAnimationFrame);
          const edge = element.getBoundingClientRect().top + 30;
          const row = [...element.querySelectorAll('[data-line]')].find(
            (one) => one.getBoundingClientRect().bottom > edge,
          );
          if (row && row.getBoundingClientRect().top < edge && /message \d/.test(row.textContent ?? '')) break;
          if (performance.now() - began > 10_000) throw new Error(`no lines at ${share} % of the log within 10 s`);
        }
        return performance.now() - began;
      }, share),
    );
    for (let turn = 0; turn < 5; turn += 1) await page.mouse.wheel(0, 400);
  }
  if (log.lines < 1000) throw new Error('too small a log to go through');
  return jumps;
}

/** What the server alone takes for a screen of lines. */
async function rangeMillis(address: string, token: string, log: LongLog, times: number): Promise<number> {
  const taken: number[] = [];
  for (let round = 0; round < times; round += 1) {
    const first = Math.round((log.lines * (round + 1)) / (times + 2));
    const began = performance.now();
    const response = await fetch(
      `${address}/api/v1/runs/${log.runId}/steps/1/log?lines=${first}-${first + 120}&limit=262144`,
      { headers: { authorization: `Bearer ${token}` } },
    );
    await response.arrayBuffer();
    taken.push(performance.now() - began);
  }
  return percentile(taken, 0.5);
}
