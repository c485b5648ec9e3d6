// Whatever a workflow holds: a configuration without mistakes, or mistakes with places in the workflow. Never a crash.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are expressions of workflows.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { compile, importConfiguration } from '../../src/index.ts';
import { fileOf, onMain } from '../kit/compile-text.ts';
import { fixture } from './import-text.ts';

/** A source may be refused; what is made of one that is not must hold, and say its gaps at places that are there. */
function hold(text: string): boolean {
  const result = importConfiguration({ from: 'github', files: [{ file: 'a.yml', text }] });
  if (result.kind === 'mistakes') {
    expect(result.mistakes.length).toBeGreaterThan(0);
    // A mistake in our own text would be ours.
    for (const { message } of result.mistakes) expect(message).not.toContain('no configuration');
    for (const { file } of result.mistakes) expect(file).toBe('a.yml');
    return false;
  }
  const compiled = compile({ ...onMain, files: fileOf(result.text) });
  expect(compiled).toMatchObject({ kind: 'plan' });
  const lines = text.split('\n').length;
  for (const { file, line, what, instead } of result.gaps) {
    expect(file).toBe('a.yml');
    expect(line).toBeLessThanOrEqual(lines);
    expect(what).not.toBe('');
    expect(instead).not.toBe('');
  }
  return true;
}

const word = fc.constantFrom(
  ...[
    'linux',
    'main',
    'a',
    'b',
    'x-1',
    '18',
    '3.10',
    'true',
    'false',
    '',
    ' ',
    '../x',
    '/abs',
    '~',
    '*',
    '**',
    '!a',
    '!',
  ],
  ...[
    'release/**',
    'v[0-9]+',
    'a?',
    '{a,b}',
    'a{1..2}',
    'äöü',
    '日本',
    '__proto__',
    'constructor',
    'toString',
    'include',
  ],
  ...[
    'x'.repeat(120),
    'with space',
    'a: b',
    '# c',
    "it's",
    '"',
    '\\',
    '\t',
    'a\nb',
    '\x1b[1m',
    '\x7f',
    '\u2028',
    '${{',
    '}}',
  ],
  ...[
    '${{ matrix.a }}',
    '${{ matrix.b.c }}',
    '${{ secrets.TOKEN }}',
    '${{ secrets.a-b }}',
    '${{ github.sha }}',
    '${{ env.A }}',
  ],
  ...[
    '${{ steps.x.outputs.y }}',
    '${{ fromJSON(x) }}',
    "${{ a || 'b' }}",
    '${{ (((',
    '${{ }}',
    "${{ hashFiles('**') }}",
  ],
  ...[
    '$GITHUB_ENV',
    '${GITHUB_SHA}',
    'windows-latest',
    'bash -l {0}',
    'python',
    'make && test',
    'cat <<EOF\n${{ matrix.a }}\nEOF\n',
  ],
);
const name = fc.constantFrom(
  'a',
  'b',
  'a-1',
  'a_b',
  'A',
  'test',
  '_x',
  'é',
  'a.b',
  'include',
  'exclude',
  'x'.repeat(110),
  '1',
  '-',
  'TOKEN',
  'MATRIX_A',
);
const condition = fc.constantFrom(
  ...[
    'always()',
    'failure()',
    "!cancelled() && github.ref == 'refs/heads/main'",
    "github.event_name == 'push'",
    'false',
    '(',
    '',
  ],
  ...[
    "startsWith(github.ref, 'refs/heads/x[')",
    "github.ref_name == '../..'",
    "matrix.a == 'b' || env.A",
    "contains(matrix.a, 'x')",
  ],
);
const scalar = fc.oneof(word, fc.integer(), fc.boolean(), fc.constant(null), fc.double());
const some = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined, freq: 2 });
const anything = fc.oneof(
  { weight: 5, arbitrary: scalar },
  { weight: 2, arbitrary: fc.array(scalar, { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.dictionary(name, scalar, { maxKeys: 3 }) },
);
const env = fc.oneof(fc.dictionary(name, word, { maxKeys: 3 }), anything);
const cell = fc.dictionary(name, anything, { maxKeys: 3 });

const step = fc.record(
  {
    name: some(word),
    id: some(name),
    if: some(condition),
    run: some(word),
    uses: some(
      fc.constantFrom(
        'actions/checkout@v4',
        'actions/upload-artifact@v4',
        'actions/download-artifact@v4',
        'a/b@v1',
        './x',
        'docker://y',
      ),
    ),
    with: some(fc.record({ path: some(word), name: some(word), submodules: some(word), ref: some(word) })),
    shell: some(word),
    env: some(env),
    'working-directory': some(word),
    'timeout-minutes': some(anything),
    'continue-on-error': some(anything),
  },
  { requiredKeys: [] },
);

const job = fc.record(
  {
    name: some(word),
    if: some(condition),
    'runs-on': some(fc.oneof(anything, fc.record({ group: word, labels: fc.array(word, { maxLength: 2 }) }))),
    strategy: some(
      fc.record(
        {
          matrix: some(
            fc.oneof(
              word,
              fc
                .tuple(
                  fc.dictionary(name, fc.oneof(fc.array(anything, { maxLength: 4 }), word), { maxKeys: 3 }),
                  fc.array(cell, { maxLength: 3 }),
                  fc.array(cell, { maxLength: 2 }),
                )
                .map(([lists, include, exclude]) => ({
                  ...lists,
                  ...(include.length > 0 && { include }),
                  ...(exclude.length > 0 && { exclude }),
                })),
            ),
          ),
          'max-parallel': some(anything),
          'fail-fast': some(fc.boolean()),
        },
        { requiredKeys: [] },
      ),
    ),
    env: some(env),
    steps: some(fc.array(step, { maxLength: 4 })),
    uses: some(word),
    services: some(anything),
    container: some(anything),
    concurrency: some(fc.oneof(anything, fc.record({ group: word, 'cancel-in-progress': fc.boolean() }))),
    'timeout-minutes': some(anything),
    'continue-on-error': some(anything),
    permissions: some(anything),
    defaults: some(fc.record({ run: fc.record({ shell: word, 'working-directory': word }, { requiredKeys: [] }) })),
    strange: some(anything),
  },
  { requiredKeys: [] },
);

const filter = fc.record(
  {
    branches: some(fc.array(word, { maxLength: 3 })),
    tags: some(fc.array(word)),
    paths: some(fc.array(word, { maxLength: 3 })),
    'paths-ignore': some(fc.array(word)),
  },
  { requiredKeys: [] },
);
const workflow = fc.record(
  {
    name: some(word),
    on: fc.oneof(
      word,
      fc.array(word, { maxLength: 3 }),
      fc.record(
        {
          push: some(filter),
          pull_request: some(filter),
          schedule: some(anything),
          workflow_dispatch: some(fc.record({ inputs: fc.dictionary(name, cell, { maxKeys: 2 }) })),
        },
        { requiredKeys: [] },
      ),
    ),
    env: some(env),
    concurrency: some(anything),
    permissions: some(anything),
    jobs: fc.dictionary(name, job, { minKeys: 1, maxKeys: 4 }),
  },
  { requiredKeys: ['jobs', 'on'] },
);

test('any workflow of the shape that GitHub takes becomes a configuration without mistakes', () => {
  let imported = 0;
  const textOf = fc
    .tuple(workflow, fc.constantFrom({}, { lineWidth: 0 }, { defaultStringType: 'QUOTE_DOUBLE' as const }))
    .map(([value, how]) => stringify(value, { ...how, keepUndefined: false }));
  fc.assert(
    fc.property(textOf, (text) => {
      if (hold(text)) imported += 1;
    }),
    { numRuns: 150 },
  );
  expect(imported).toBeGreaterThan(75);
}, 120_000);

test('a real workflow with anything cut out or put in has an answer', () => {
  const texts = ['node-library', 'cpp-matrix', 'release'].map((name) => fixture(`github/${name}.yml`));
  const pieces = fc.constantFrom(
    '',
    '\n',
    ' ',
    ':',
    '- ',
    '  ',
    '${{',
    '}}',
    '{',
    '[',
    ']',
    '"',
    "'",
    '&a ',
    '*a',
    '|',
    '#',
    '!x ',
    'matrix: ',
    'steps:',
    '\0',
    '<<: *a',
  );
  const cut = fc.record({ at: fc.nat(3000), length: fc.nat(20), put: fc.array(pieces, { maxLength: 3 }) });
  fc.assert(
    fc.property(fc.constantFrom(...texts), fc.array(cut, { minLength: 1, maxLength: 3 }), (text, cuts) => {
      hold(
        cuts.reduce(
          (before, { at, length, put }) => before.slice(0, at) + put.join('') + before.slice(at + length),
          text,
        ),
      );
    }),
    { numRuns: 100 },
  );
}, 120_000);

test('what asks for a lot of work is answered at once', () => {
  const many = (count: number, entry: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => entry(index)).join('');
  const before = process.cpuUsage().user;
  hold(
    `on: push\nx: &s\n${many(500, (i) => `  - run: echo ${i} \${{ matrix.a }} '\${{ github.sha }}'\n`)}jobs:\n${many(300, (i) => `  j${i}: { runs-on: a, steps: *s }\n`)}`,
  );
  hold(
    `on: push\njobs:\n  a:\n    strategy: { matrix: { ${many(12, (i) => `k${i}: [1,2,3,4,5,6], `)} } }\n    steps: [{ run: x }]\n`,
  );
  hold(
    `on: push\njobs: { a: { if: "${'('.repeat(3000)}", steps: [{ run: "${'${{ '.repeat(20_000)}" }, { run: "${'${{ a }}'.repeat(20_000)}" }] } }`,
  );
  hold(
    `on: push\njobs: { a: { if: "${'!'.repeat(3000)}a", steps: [{ run: "${"'<<A ".repeat(20_000)}", if: "${'a && '.repeat(700)}b" }] } }`,
  );
  hold(`on: push\njobs:\n${many(3000, (i) => `  j${i}: { needs: [j${(i + 1) % 3000}], steps: [{ run: x }] }\n`)}`);
  hold(
    `on: push\njobs:\n${many(3000, (i) => `  "j ${'?'.repeat(i % 50)}": { steps: [{ run: x }] }\n`.replace('"j ', `"j${i % 7} `))}`,
  );
  expect((process.cpuUsage().user - before) / 1e6).toBeLessThan(30);
}, 120_000);
