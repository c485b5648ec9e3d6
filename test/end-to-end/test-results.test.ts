// Test results from a real worker to the page: every format, of a job that failed, listed, filtered, exported, and harmless.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { program } from '../../packages/worker/test/kit/program.ts';
import { openBrowser } from '../kit/browser.ts';
import { type SampleRepository, sampleRepository } from '../kit/git.ts';
import { type TestServer, testServer } from '../kit/server.ts';
import { directoryToRemove } from '../kit/temporary.ts';
import { until } from '../kit/wait.ts';
import { faintTexts } from './readable.ts';
import { watchedPage } from './watched-page.ts';

let house: TestServer;
let repository: SampleRepository;
let home: Awaited<ReturnType<typeof directoryToRemove>>;
let browser: Browser;

const hostile = '<img src=x onerror="document.title=1">';
const config = `
jobs:
  unit:
    artifacts: [out/notes.txt]
    results:
      - 'out/*.xml'
      - 'out/*.tap'
      - { files: out/go.json, format: go-test }
      - { files: out/spec.txt, format: node-spec }
      - 'out/*.sarif'
      - 'none/*.xml'
    steps:
      - { name: Prepare, script: 'mkdir out; cp -r given/. out/; echo kept > out/notes.txt' }
      - name: Test
        script: node --test --test-reporter=junit --test-reporter-destination=out/node.xml --test-reporter=spec --test-reporter-destination=out/spec.txt sums.test.mjs
`;
const files = {
  '.signalbox.yml': config,
  'sums.test.mjs': `import test from 'node:test';
import assert from 'node:assert';
test('adds', () => assert.equal(1 + 1, 2));
test('subtracts', () => assert.equal(3 - 1, 1));
`,
  'given/junit.xml': `<testsuites><testsuite name="shop"><testcase classname="shop.Cart" name="keeps ${hostile
    .replaceAll('<', '&lt;')
    .replaceAll('"', '&quot;')}" time="0.25"><failure message="expected 2 items, found 3">at Cart.java:41
  at Basket.java:7</failure></testcase><testcase classname="shop.Cart" name="empties" time="1.5"><flakyFailure message="was slow"/></testcase><testcase classname="shop.Cart" name="waits for stock"><skipped message="no stock"/></testcase></testsuite></testsuites>`,
  'given/smoke.tap': 'TAP version 14\n1..2\nok 1 - starts\nnot ok 2 - answers\n  ---\n  message: no answer\n  ...\n',
  'given/go.json':
    '{"Action":"run","Package":"example/p","Test":"TestSum"}\n{"Action":"output","Package":"example/p","Test":"TestSum","Output":"sum_test.go:9: got 3\\n"}\n{"Action":"fail","Package":"example/p","Test":"TestSum","Elapsed":0.5}\n{"Action":"pass","Package":"example/p","Test":"TestFine","Elapsed":0.1}\n',
  'given/lint.sarif':
    '{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"lint","rules":[{"id":"no-leak"}]}},"results":[{"ruleId":"no-leak","level":"error","message":{"text":"buffer is never freed"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"src/buffer.c"},"region":{"startLine":118}}}]},{"ruleId":"style","level":"note","message":{"text":"line is long"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"src/main.c"},"region":{"startLine":7}}}]}]}]}',
  'given/broken.xml': '<testsuite name="cut"><testcase name="whole"/><testcase name="ha',
};

beforeAll(async () => {
  home = await directoryToRemove('results');
  [house, repository, browser] = await Promise.all([testServer(), sampleRepository(), openBrowser()]);
  await repository.commit({ files });
  await repository.push();
  await house.person.call('add-repo', { params: { repo: 'shop' }, body: { url: repository.barePath, pollSeconds: 0 } });
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await house?.stop();
  await repository?.remove();
  await home?.remove();
});

async function resultsOf(jobId: number) {
  const run = await until(
    'the end of the run',
    async () => {
      const detail = await house.person.call('get-job', { params: { job: jobId } });
      return detail.job.state === 'done' && detail.runs[0];
    },
    { seconds: 120 },
  );
  return await until(
    'all files of results to be read',
    async () => {
      const results = await house.person.call('list-results', { params: { run: run.run.id }, query: {} });
      return results.files.length > 0 && !results.files.some(({ state }) => state === 'waiting') && { run, results };
    },
    { seconds: 60 },
  );
}

test('a failed job: the files of every format are kept, read, listed and exported; a page shows them without running them', async () => {
  const { person } = house;
  program(
    { station: { address: house.address }, dataDir: home.path },
    { env: { SIGNALBOX_TOKEN: '', SIGNALBOX_TOKEN_FILE: join(house.data, 'worker-token') } },
  );
  const job = await until('the job', async () => (await person.call('list-jobs', {})).items[0], { seconds: 60 });
  const { run, results } = await resultsOf(job.id);
  expect(run.run.verdict).toBe('failed');
  expect(run.run.reason?.code).toBe('step-failed');
  expect(run.artifacts.map(({ path }) => path)).toEqual(
    ['broken.xml', 'go.json', 'junit.xml', 'lint.sarif', 'node.xml', 'notes.txt', 'smoke.tap', 'spec.txt'].map(
      (name) => `out/${name}`,
    ),
  );
  expect(Object.fromEntries(results.files.map(({ path, format }) => [path, format]))).toEqual({
    'out/broken.xml': 'junit',
    'out/go.json': 'go-test',
    'out/junit.xml': 'junit',
    'out/lint.sarif': 'sarif',
    'out/node.xml': 'junit',
    'out/smoke.tap': 'tap',
    'out/spec.txt': 'node-spec',
  });
  const names = (state: string) => results.items.filter((item) => item.state === state).map(({ name }) => name);
  // node's own tests are told twice, in two formats.
  expect(names('failed').sort()).toEqual(['TestSum', 'answers', `keeps ${hostile}`, 'subtracts', 'subtracts'].sort());
  expect(names('flaky')).toEqual(['empties']);
  expect(names('passed').sort()).toEqual(['TestFine', 'adds', 'adds', 'starts', 'whole'].sort());
  expect(results.counts).toEqual({ failed: 5, errored: 0, flaky: 1, skipped: 1, passed: 5 });
  expect(results.items.slice(0, 5).every(({ state }) => state === 'failed')).toBe(true);
  const params = { run: run.run.id };
  const findings = await person.call('list-findings', { params, query: {} });
  expect(findings.items).toMatchObject([
    { level: 'error', rule: 'no-leak', sourceFile: 'src/buffer.c', line: 118 },
    { level: 'note', rule: 'style', sourceFile: 'src/main.c', line: 7 },
  ]);
  const pages = [];
  let cursor: string | undefined;
  do {
    const page = await person.call('list-results', { params, query: { limit: 5, ...(cursor && { cursor }) } });
    pages.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor);
  expect(pages).toEqual(results.items);
  const exported = JSON.parse(await (await person.call('export-results', { params })).text());
  expect(exported.results).toEqual(results.items);
  expect(exported.listedFindings).toEqual(findings.items);
  const log = await (await person.call('read-log', { params: { ...params, step: 3 } })).text();
  expect(log).toContain('No test results: no file matches "none/*.xml".');

  await person.call('rerun-job', { params: { job: job.id } });
  const again = await until(
    'the second run',
    async () => {
      const { runs, job: now } = await person.call('get-job', { params: { job: job.id } });
      return now.state === 'done' && runs.length === 2 && runs[0];
    },
    { seconds: 120 },
  );
  await resultsOf(job.id);
  const { caseId } = results.items.find(({ name }) => name === 'empties')!;
  const history = await person.call('get-case-history', { params: { run: again.run.id, case: caseId }, query: {} });
  expect(history.items.map(({ runId, state }) => [runId, state])).toEqual([
    [again.run.id, 'flaky'],
    [run.run.id, 'flaky'],
  ]);
  await seePage(job.id);
}, 300_000);

const screens = process.env['SIGNALBOX_SCREENSHOTS'];

async function seePage(job: number): Promise<void> {
  for (const [width, colorScheme] of [
    [1280, 'light'],
    [1280, 'dark'],
    [390, 'light'],
    [390, 'dark'],
  ] as const) {
    const context = await browser.newContext({ viewport: { width, height: 1000 }, colorScheme });
    const watched = await watchedPage(context, `${house.address}/jobs/${job}`);
    const { page } = watched;
    const section = page.getByRole('region', { name: 'Test results' });
    await section.getByText('expected 2 items, found 3').waitFor({ timeout: 30_000 });
    // The hostile name is text.
    expect(await section.getByText(hostile).count()).toBe(1);
    expect(await section.locator('img').count()).toBe(0);
    await section.getByRole('button', { name: /keeps/ }).click();
    await section.getByText('Basket.java:7').waitFor();
    await section
      .getByRole('link', { name: /^failed at/ })
      .first()
      .waitFor();
    expect(await section.getByRole('link', { name: 'out/junit.xml' }).getAttribute('href')).toContain('/artifacts/');
    expect(await section.getByText('src/buffer.c:118').count()).toBe(1);
    if (screens) {
      mkdirSync(screens, { recursive: true });
      await page.screenshot({ path: join(screens, `results-${width}-${colorScheme}.png`), fullPage: true });
    }
    expect(await tooWide(page)).toEqual([]);
    expect((await faintTexts(page)).faint).toEqual([]);
    await section.getByRole('button', { name: '1 flaky' }).click();
    await section.getByRole('button', { name: /empties/ }).waitFor();
    await section.getByText('expected 2 items').waitFor({ state: 'detached' });
    // What is fine is shown to who asks for it.
    expect(await section.getByText('TestFine').count()).toBe(0);
    await section.getByRole('searchbox').fill('FINE');
    await section.getByRole('button', { name: '1 flaky' }).click();
    await section.getByText('TestFine').waitFor();
    expect(watched.faults).toEqual([]);
    await watched.close();
    await context.close();
  }
}

/** What makes the page wider than its window; nothing when it is not. */
const tooWide = (page: Page) =>
  page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    const elements = [...document.querySelectorAll('main *')];
    const wide = elements.filter((element) => element.getBoundingClientRect().right > clientWidth);
    return wide.slice(0, 20).map((element) => `${element.tagName}.${element.className}`);
  });
