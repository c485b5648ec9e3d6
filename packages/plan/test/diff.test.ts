// What one configuration changes of another, lane by lane and field by field, with the line that did it.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  type Configuration,
  costOf,
  diffConfigurations,
  isSame,
  printCost,
  printDiff,
  readConfiguration,
} from '../src/index.ts';
import { fileOf, planOf } from './kit/compile-text.ts';

function read(text: string, data: Record<string, string> = {}): Configuration {
  const found = readConfiguration({ files: fileOf(text), data: new Map(Object.entries(data)) });
  if (found.kind === 'configuration') return found.configuration;
  throw new Error(JSON.stringify(found));
}

const base = `templates:
  built: { pool: linux, timeout: 30m, env: { CC: gcc } }
jobs:
  build: { template: built, matrix: { os: [a, b, c] }, steps: [configure, make, upload] }
  test: { needs: [build], when: { branch: [main] }, steps: [make test] }
  old: { steps: [x] }
`;

/** `field: before → after @line` of each group of lanes. */
function changesOf(before: string, after: string) {
  return diffConfigurations(read(before), read(after)).changed.map(({ lanes, changes }) => [
    lanes,
    changes.map(({ field, before: one, after: other, side, line }) => [field, one, other, `${side}:${line}`]),
  ]);
}

test('lanes that come and go are told by their job, with its line', () => {
  const after = base.replace('  old: { steps: [x] }\n', '  new: { chunks: 2, steps: [x] }\n');
  const { added, removed, changed, ...counts } = diffConfigurations(read(base), read(after));
  expect(added).toEqual([
    { job: 'new', lanes: ['new-1', 'new-2'], file: '.signalbox.yml', line: 6, column: 3, excerpt: expect.any(String) },
  ]);
  expect(removed).toMatchObject([{ job: 'old', lanes: ['old'], line: 6 }]);
  expect([changed, counts]).toEqual([[], { before: 5, after: 6, moreChanged: 0 }]);
});

test('a change in a template is told once for all lanes, with the line of the template', () => {
  const after = base.replace(
    'pool: linux, timeout: 30m, env: { CC: gcc }',
    'pool: big, timeout: 1h, env: { CC: clang, V: 1 }',
  );
  expect(changesOf(base, after)).toEqual([
    [
      ['build-a', 'build-b', 'build-c'],
      [
        ['pool', 'linux', 'big', 'after:2'],
        ['timeout', '30m', '1h', 'after:2'],
        ['env.CC', 'gcc', 'clang', 'after:2'],
        ['env.V', null, '1', 'after:2'],
      ],
    ],
  ]);
});

test('the line is that which changed, though the value is written elsewhere', () => {
  const before = `templates:
  one: { pool: a }
  two: { pool: b }
jobs:
  x: { template: two, steps: [s] }
  y: { template: one, priority: 3, steps: [s] }
`;
  const after = before.replace('template: two', 'template: one').replace('priority: 3, ', '');
  expect(changesOf(before, after)).toEqual([
    [['x'], [['pool', 'b', 'a', 'after:5']]],
    // What is gone is told where it was.
    [['y'], [['priority', 3, 0, 'before:6']]],
  ]);
});

test('a step that is put in or taken out changes no other', () => {
  const after = base.replace('[configure, make, upload]', '[configure, lint, make, upload]');
  expect(changesOf(base, after)[0]?.[1]).toEqual([['steps[1]', null, { name: 'lint', script: 'lint' }, 'after:4']]);
  expect(changesOf(after, base)[0]?.[1]).toEqual([['steps[1]', { name: 'lint', script: 'lint' }, null, 'before:4']]);
  const other = base.replace('make, upload', '{ name: make, script: make -j4, timeout: 5m }, upload');
  expect(changesOf(base, other)[0]?.[1]).toEqual([
    ['steps[1].script', 'make', 'make -j4', 'after:4'],
    ['steps[1].timeout', null, '5m', 'after:4'],
  ]);
});

test('conditions, needs and optional needs are fields too', () => {
  const after = base
    .replace('needs: [build]', 'needs: [{ job: build, optional: true }, old]')
    .replace('branch: [main]', 'branch: [main, next], cause: [push]');
  expect(changesOf(base, after)).toEqual([
    [
      ['test'],
      [
        ['when.branch', ['main'], ['main', 'next'], 'after:5'],
        ['needs', ['build'], ['build (optional)', 'old'], 'after:5'],
        ['when.cause', null, ['push'], 'after:5'],
      ],
    ],
  ]);
});

test('what a job brings from another, and beside what it lies, are fields too', () => {
  const text = `jobs:
  build: { artifacts: [dist, log], steps: [make] }
  test: { needs: [{ job: build, artifacts: [dist] }], steps: [x] }
`;
  const after = text.replace('artifacts: [dist] }]', 'artifacts: [dist, log], into: out }], beside: build');
  expect(changesOf(text, after)).toEqual([
    [
      ['test'],
      [
        ['needs', ['build, artifacts dist'], ['build, artifacts dist log into out'], 'after:3'],
        ['beside', null, 'build', 'after:3'],
      ],
    ],
  ]);
});

test('a value of a file of the tree that is taken away takes its lanes', () => {
  const text = 'jobs:\n  l10n: { matrix: { locale: { file: locales } }, steps: [x] }\n';
  const diff = diffConfigurations(read(text, { locales: 'de\nfr\n' }), read(text, { locales: 'fr\nit\n' }));
  expect([diff.added[0]?.lanes, diff.removed[0]?.lanes, diff.changed]).toEqual([['l10n-it'], ['l10n-de'], []]);
});

test('what only moves, or is written in another way, is no difference', () => {
  const moved = `# a comment
env: {}
x-any: [1]
${base.replace('timeout: 30m', 'timeout: 30m0s')}`;
  const diff = diffConfigurations(read(base), read(moved));
  expect([isSame(diff), printDiff(diff)]).toEqual([true, 'No difference: 5 lanes.\n']);
  expect(isSame(diffConfigurations(null, read(base)))).toBe(false);
  expect(diffConfigurations(read(base), null).removed.flatMap(({ lanes }) => lanes)).toHaveLength(5);
});

test('printed, each change has its line', () => {
  const after = base.replace('pool: linux', 'pool: big').replace('old:', 'new:');
  expect(
    printDiff(diffConfigurations(read(base), read(after))),
  ).toBe(`Lanes: 1 added, 1 removed, 3 changed; 5 before, 5 now.

+ new  (.signalbox.yml:6)

- old  (.signalbox.yml:6, before)

~ build-a, build-b, build-c
    pool: linux → big  (.signalbox.yml:2)
`);
});

test('the cost is what lanes usually take; new lanes count as the others of their job', () => {
  const after = base.replace('[a, b, c]', '[a, b, c, d]').replace('old:', 'new:');
  const usual = new Map([
    ['build-a', 600],
    ['build-b', 1200],
    ['build-c', 660],
    ['test', 60],
    ['old', 120],
  ]);
  const cost = costOf(read(base), read(after), usual);
  expect(cost).toEqual({ beforeMinutes: 44, afterMinutes: 53, estimated: 1, unknown: 1 });
  expect(printCost(cost)).toContain('44 machine-minutes before, 53 now (+9). Without a history: 1, counted');
});

test('more ways to change than are listed are counted', () => {
  const many = (pool: string) =>
    `jobs:\n${Array.from({ length: 310 }, (_, i) => `  j${i}: { pool: ${pool}${i}, steps: [x] }\n`).join('')}`;
  const diff = diffConfigurations(read(many('a')), read(many('b')));
  expect([diff.changed.length, diff.moreChanged]).toEqual([300, 10]);
});

test('a push that changes the configuration can be made to wait for a person, as the page tells', () => {
  const page = readFileSync(new URL('../../../docs/configuration-tools.md', import.meta.url), 'utf8');
  const [, text = ''] = /```yaml\n([\s\S]*?)```/.exec(page) ?? [];
  const push = (files: string[]) => ({ push: { branch: 'main', message: 'x', files } });
  expect(planOf(text, push(['src/a.c'])).jobs.map(({ name, needs }) => [name, needs])).toEqual([['build', []]]);
  expect(planOf(text, push(['.signalbox.yml'])).jobs.map(({ name, needs }) => [name, needs])).toEqual([
    ['look', []],
    ['build', ['look']],
  ]);
});
