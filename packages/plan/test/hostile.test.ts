// Whatever is in the file: an answer, in time, and each mistake with a place. Nothing is thrown.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { printMistakes, printPlan } from '../src/index.ts';
import { compileText, onMain } from './kit/compile-text.ts';

/** Compiles, prints, and holds the answer to its promises. */
function hold(text: string): void {
  const compiled = compileText(text);
  // PostgreSQL's JSON takes neither NUL nor half a surrogate pair; a terminal is to see no escape sequence.
  const stored = JSON.stringify(compiled);
  // A backslash of the file itself is two.
  expect(stored).not.toMatch(/(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/i);
  if (compiled.kind === 'plan') {
    expect(printPlan(compiled.plan)).not.toMatch(/[\0-\x08\x0b-\x1f]/);
    return;
  }
  expect(compiled.mistakes.length).toBeGreaterThan(0);
  const lines = text.replace(/^\ufeff/, '').split('\n');
  for (const { line, column, message, excerpt } of compiled.mistakes) {
    expect(line).toBeGreaterThanOrEqual(1);
    expect(line).toBeLessThanOrEqual(lines.length);
    expect(column).toBeGreaterThanOrEqual(1);
    expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? 0) + 1);
    expect(message).not.toBe('');
    expect(excerpt.length).toBeLessThanOrEqual(201);
  }
  expect(printMistakes(compiled.mistakes)).not.toMatch(/[\0-\x08\x0b-\x1f]/);
}

const sound = `version: 1
x-base: &base { pool: linux, env: { A: 1 } }
env: { B: 'x' }
jobs:
  build:
    <<: *base
    on: { push: { branches: [main, 'release/*'] } }
    matrix: { platform: [linux, mac], variant: [opt], include: [{ platform: win }], exclude: [{ platform: mac }] }
    if-changed: ['src/**', '!docs/**']
    steps:
      - npm test
      - name: Test
        script: |
          make \${{ matrix.platform }}
        timeout: 1h30m
  ask: { gate: 'Ship \${{ matrix.x }}?', matrix: { x: [1, 2] }, needs: [build] }
  test: { needs: [build, 'build-win', ask-1], priority: 3, coalesce: 2, concurrency: one, delay: 10m, attempts: 2, secrets: [TOKEN], artifacts: ['dist/**'], steps: [x] }
`;

const words = [
  ...[
    'jobs',
    'steps',
    'matrix',
    'include',
    'exclude',
    'needs',
    'on',
    'push',
    'branches',
    'env',
    'if-changed',
    'timeout',
    'gate',
    'priority',
    'concurrency',
    'delay',
  ],
  ...[
    'a',
    'build',
    '1',
    '3.10',
    'true',
    '~',
    '10m',
    '<<',
    '&a',
    '*a',
    '!x',
    '!!str',
    '__proto__',
    'constructor',
    '\ud800',
  ],
  ...[
    '${',
    '{{ matrix.a }}',
    `\${{ matrix.platform }}`,
    '${{',
    '}}',
    '|',
    '>',
    '"',
    "'",
    '\\',
    '#',
    '%YAML 1.1',
    '---',
    '...',
  ],
  ...[
    ': ',
    ':',
    '- ',
    '? ',
    ', ',
    '{',
    '}',
    '[',
    ']',
    '\n',
    '\n  ',
    '\n    ',
    '\n      ',
    '\t',
    '\r\n',
    '\r',
    '\0',
    '\ufeff',
    'ä',
  ],
];
const soup = fc.array(fc.constantFrom(...words), { maxLength: 60 }).map((parts) => parts.join(''));

const cut = fc.record({
  at: fc.nat(sound.length),
  length: fc.nat(12),
  put: fc.array(fc.constantFrom(...words), { maxLength: 3 }),
});
const mutated = fc
  .array(cut, { minLength: 1, maxLength: 6 })
  .map((cuts) =>
    cuts.reduce((text, { at, length, put }) => text.slice(0, at) + put.join('') + text.slice(at + length), sound),
  );

const numRuns = 200;

test('any text has an answer', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), hold), { numRuns });
});

test('any heap of words and marks has an answer', () => {
  fc.assert(fc.property(soup, hold), { numRuns });
});

test('a sound file with anything cut out or put in has an answer', () => {
  hold(sound);
  fc.assert(fc.property(mutated, hold), { numRuns });
  // Many files: on a busy machine they take their time.
}, 120_000);

test('aliases of aliases, merges of merges, a circle of thousands: an answer without the work they ask for', () => {
  const powers = (entry: (i: number) => string) => Array.from({ length: 44 }, (_, i) => entry(i + 1)).join('');
  const bomb = `x-0: &a0 [x]\n${powers((i) => `x-${i}: &a${i} [*a${i - 1}, *a${i - 1}, *a${i - 1}]\n`)}`;
  const merges = `x-0: &a0 { k: v }\n${powers((i) => `x-${i}: &a${i} { <<: [*a${i - 1}, *a${i - 1}], k${i}: *a${i - 1} }\n`)}`;
  hold(`${bomb}jobs: { a: { steps: *a44 } }\n`);
  hold(`${merges}jobs: { a: { <<: *a44, steps: [x] } }\n`);
  hold(
    `jobs:\n${Array.from({ length: 2000 }, (_, i) => `  j${i}: { steps: [x], needs: [j${(i + 1) % 2000}] }\n`).join('')}`,
  );
  hold(`jobs: { a: { steps: ['${`\${{x}}`.repeat(20_000)}'] } }`);
  hold(`jobs: { a: { steps: [x], if-changed: ['${'{'.repeat(100)}${'a,'.repeat(49)}'] } }`);
});

test('13,302 lanes of 13 steps compile in well under two seconds of processor time', () => {
  const steps = Array.from(
    { length: 13 },
    (_, i) => `  - { name: step ${i}, script: make part-${i}, timeout: 10m }\n`,
  ).join('');
  const platforms = Array.from({ length: 30 }, (_, i) => `p${i}`).join(', ');
  const suite = (i: number) => `  suite-${i}:
    pool: \${{ matrix.platform }}
    matrix: { platform: [${platforms}], variant: [opt, debug, pgo] }
    needs: [lint]
    if-changed: ['src/part-${i}/**', '**/*.\${{ matrix.variant }}']
    steps: *steps
`;
  const rest =
    '  rest: { matrix: { part: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] }, steps: *steps }\n  lint: { steps: [x] }\n';
  const suites = Array.from({ length: 147 }, (_, i) => suite(i)).join('');
  const text = `x-steps: &steps\n${steps}jobs:\n${suites}  more: { matrix: { n: [${'0123456789'
    .repeat(6)
    .split('')
    .map((_, i) => i)
    .join(', ')}] }, steps: *steps }\n${rest}`;
  const files = Array.from({ length: 1000 }, (_, i) => `src/part-${i % 200}/dir/file${i}.ts`);
  const before = process.cpuUsage();
  const compiled = compileText(text, { push: { ...onMain.push, files } });
  const { user } = process.cpuUsage(before);
  expect(compiled.kind === 'plan' && compiled.plan.jobs.length + compiled.plan.leftOut.length).toBe(13_302);
  // 0.3 s on an idle machine; the tests of all packages run beside it.
  expect(user / 1e6).toBeLessThan(4);
});
