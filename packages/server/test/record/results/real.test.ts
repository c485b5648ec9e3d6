// What node's and Vitest's own reporters really write is read: the formats as they are, not as we remember them.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { repositoryRoot } from '../../../../../test/kit/programs.ts';
import { outputOf, read } from './kit.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-results-'));
  await writeFile(
    join(folder, 'node.test.mjs'),
    `import { describe, it } from 'node:test';
import assert from 'node:assert';
describe('account', () => {
  it('opens', () => {});
  describe('paying', () => {
    it('pays <all> & "more"', () => assert.strictEqual(1, 2));
    it.skip('waits', () => {});
    it.todo('owes');
  });
});
`,
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const nodeWrites = (reporter: string) =>
  outputOf(process.execPath, ['--test', `--test-reporter=${reporter}`, 'node.test.mjs'], folder);

test('node --test --test-reporter=junit', async () => {
  const { cases, notes } = await read('junit', await nodeWrites('junit'));
  expect(notes).toEqual([]);
  expect(cases.map(({ suite, name, state }) => [suite, name, state])).toEqual([
    ['account', 'opens', 'passed'],
    // Node 20 escapes quotation marks twice.
    ['account > paying', expect.stringMatching(/^pays <all> & ("|&quot;)more/), 'failed'],
    ['account > paying', 'waits', 'skipped'],
    ['account > paying', 'owes', 'skipped'],
  ]);
  expect(cases[1]?.message).toContain('strictly equal');
  expect(cases[1]?.durationMs).toBeGreaterThan(0);
}, 60_000);

test('node --test --test-reporter=tap', async () => {
  const { cases, notes } = await read('tap', await nodeWrites('tap'));
  expect(notes).toEqual([]);
  expect(cases.map(({ suite, name, state }) => [suite, name, state])).toEqual([
    ['account', 'opens', 'passed'],
    ['account > paying', 'pays <all> & "more"', 'failed'],
    ['account > paying', 'waits', 'skipped'],
    ['account > paying', 'owes', 'skipped'],
  ]);
  expect(cases[1]?.message).toContain('strictly equal');
  expect(cases[1]?.file).toMatch(/node\.test\.mjs$/);
  expect(cases[1]?.durationMs).toBeGreaterThan(0);
}, 60_000);

test('node --test --test-reporter=spec', async () => {
  const text = await nodeWrites('spec');
  const { cases, notes } = await read('node-spec', text);
  expect(notes).toEqual([]);
  expect(cases.map(({ suite, name, state }) => [suite, name, state])).toEqual([
    ['account', 'opens', 'passed'],
    ['account > paying', 'pays <all> & "more"', 'failed'],
    ['account > paying', 'waits', 'skipped'],
    ['account > paying', 'owes', 'skipped'],
  ]);
  expect(cases[1]?.durationMs).toBeGreaterThan(0);
  const cut = await read('node-spec', text.slice(0, text.indexOf('waits')));
  expect(cut.cases.map(({ name }) => name)).toEqual(['opens', 'pays <all> & "more"']);
  expect(cut.notes.at(-1)?.text).toContain('cut');
  const hook = '▶ account\n  ✔ opens (1ms)\n✖ account (2.5ms)\n  Error: after hook\nℹ tests 1\n✖ account (2.5ms)\n';
  expect((await read('node-spec', hook)).cases).toMatchObject([
    { suite: 'account', name: 'opens', message: null },
    { suite: '', name: 'account', state: 'failed', durationMs: 2.5, message: 'Error: after hook' },
  ]);
}, 60_000);

test('vitest --reporter=junit', async () => {
  await writeFile(
    join(folder, 'bank.check.ts'),
    `describe('account', () => {
  it('opens', () => console.log('opened'));
  it('pays', () => expect(1).toBe(2));
  it.skip('waits', () => {});
});
`,
  );
  const vitest = join(repositoryRoot, 'node_modules/vitest/vitest.mjs');
  await writeFile(
    join(folder, 'vitest.config.mjs'),
    `export default { test: { include: ['*.check.ts'], globals: true } };`,
  );
  const { cases, notes } = await read(
    'junit',
    await outputOf(process.execPath, [vitest, 'run', '--reporter=junit'], folder),
  );
  expect(notes).toEqual([]);
  expect(cases.map(({ suite, name, file, state }) => [suite, name, file, state])).toEqual([
    ['bank.check.ts', 'account > opens', 'bank.check.ts', 'passed'],
    ['bank.check.ts', 'account > pays', 'bank.check.ts', 'failed'],
    ['bank.check.ts', 'account > waits', 'bank.check.ts', 'skipped'],
  ]);
  expect(cases[0]?.output).toContain('opened');
  expect(cases[1]?.message).toContain('expected 1 to be 2');
}, 60_000);
