// Whatever a configuration in TypeScript holds: a plan or mistakes come back, never a crash, and each mistake has a place
// that is there.
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { planPush } from '../../src/index.ts';
import { expressionOf } from '../../src/schema/expression.ts';
import { readAnswer } from '../../src/typescript/answer.ts';
import { openHanded } from '../../src/typescript/handed.ts';
import { jsonMistake } from '../../src/typescript/json-mistake.ts';
import { digits } from '../../src/typescript/words.ts';
import { entry, type Files, treeOf, usualFacts } from '../kit/compile-typescript.ts';
import { openThreads } from '../kit/plan-in-threads.ts';

const threads = openThreads({ seconds: 60, looks: 50, memoryBytes: 32 * 1024 * 1024 });
afterAll(() => threads.close());

async function holds(files: Files): Promise<void> {
  const loaded = await threads.load(treeOf(files));
  if (loaded.kind === 'absent') throw new Error('the entry was not found');
  const told =
    loaded.kind === 'mistakes' ? loaded.mistakes : planPush(loaded.configuration, usualFacts, 'push').warnings;
  if (loaded.kind === 'mistakes') expect(told.length).toBeGreaterThan(0);
  for (const { file, line, column, message, hint } of told) {
    const lines = (files[file] ?? '').split('\n');
    expect(Object.keys(files)).toContain(file);
    expect(line).toBeGreaterThanOrEqual(1);
    expect(line).toBeLessThanOrEqual(lines.length);
    expect(column).toBeGreaterThanOrEqual(1);
    expect(column).toBeLessThanOrEqual((lines[line - 1] ?? '').length + 2);
    expect(message).not.toBe('');
    expect(hint).not.toBe('');
  }
}

const right = `import { defineConfig, type Job } from 'signalbox';
import locales from './locales.json' with { type: 'json' };
type Made = { readonly [name: string]: Job };
const base = { pool: 'linux', timeout: '10m' } as const;
function build<T extends string>(name: T, more: object = {}): Made { return { [name]: { ...base, ...more, steps: ['make', { name: \`x \${name}\`, script: "y" }] } }; }
export default defineConfig(({ branch, push, files }) => ({
  env: { BRANCH: branch },
  jobs: { ...build('a'), ...Object.fromEntries(locales.map((l: string) => ['l10n-' + l, { needs: ['a'], steps: [l] }])) },
}));
`;

const opening = expressionOf('').slice(0, 3);

const word = fc.oneof(
  fc.constantFrom(
    opening,
    opening.slice(0, 2),
    ...'{ } ( ) [ ] ; , . : ? => = + ! ... < > ` }} / // /* */ \' " \\ \n \t \0 \u2028 \ud800 😀 а'.split(' '),
    ...'export default import from as const type enum namespace class function async await yield return throw new this super'.split(
      ' ',
    ),
    ...'jobs steps gate pool needs matrix __proto__ constructor prototype undefined null true 0 1e999 -0 5n NaN'.split(
      ' ',
    ),
    ...[
      '() =>',
      '() => ({',
      '})',
      'while (1)',
      'for (;;);',
      "'x'.repeat(1e9)",
      'Object.freeze(',
      'JSON.parse(',
      '$signalboxPlace',
      '$signalboxMade(0,1)',
    ],
    "import './x.ts';",
    "'./locales.json'",
  ),
  fc.string({ unit: 'binary', maxLength: 4 }),
);

it('of any words', { timeout: 120_000 }, async () => {
  const text = fc.array(word, { maxLength: 30 }).map((words) => words.join(' '));
  await fc.assert(
    fc.asyncProperty(text, fc.boolean(), (made, isRight) =>
      holds({ [entry]: isRight ? `export default () => (${made})` : made }),
    ),
    { numRuns: 300 },
  );
});

it('of a right one with a few characters changed, and of its data', { timeout: 120_000 }, async () => {
  const edit = fc.record({ at: fc.nat(), cut: fc.nat({ max: 8 }), put: word });
  const locales = '["de", "fr", {"a": [1, null, true, "\\u00e4"]}]';
  const spoilt = (text: string, edits: readonly { at: number; cut: number; put: string }[]) =>
    edits.reduce((before, { at, cut, put }) => {
      const from = at % (before.length + 1);
      return before.slice(0, from) + put + before.slice(from + cut);
    }, text);
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { maxLength: 3 }), fc.array(edit, { maxLength: 2 }), (code, data) =>
      holds({ [entry]: spoilt(right, code), '.signalbox/locales.json': spoilt(locales, data) }),
    ),
    { numRuns: 300 },
  );
});

it('of any result', { timeout: 120_000 }, async () => {
  const odd = fc.constantFrom(
    ...[
      'undefined',
      'null',
      'NaN',
      '-0',
      '1e999',
      '5n',
      'Symbol()',
      '() => 1',
      'new Map()',
      'new Set([1])',
      '/x/',
      'globalThis',
      'Promise.resolve(1)',
    ],
    ...[
      'new (class A { x = 1 })()',
      'Object.create(null)',
      'Object.create({ steps: ["x"] })',
      '[, 1]',
      '{ get a() { throw 1 } }',
      '"\\ud800"',
      '"\\0"',
      'new Error("x")',
    ],
    ...[
      JSON.stringify(expressionOf('matrix.x')),
      JSON.stringify(opening),
      '"x".repeat(3000)',
      'JSON',
      'Math',
      'new String("x")',
      'Object("x")',
      'function* () {}',
    ],
  );
  const key = fc.constantFrom(
    'jobs',
    'steps',
    'env',
    'a',
    'b',
    'pool',
    'needs',
    'matrix',
    'include',
    'gate',
    'timeout',
    '["__proto__"]',
    '"тест"',
    '""',
    '"x-y"',
    'error_patterns',
    '"on"',
    'script',
    'if_changed',
    '["\\0"]',
  );
  const { value } = fc.letrec<{ value: string }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      fc.oneof(
        odd,
        fc.jsonValue({ maxDepth: 1 }).map((json) => JSON.stringify(json)),
      ),
      fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join(', ')}]`),
      fc
        .array(fc.tuple(key, tie('value')), { maxLength: 4 })
        .map((pairs) => `{${pairs.map(([name, of]) => `${name}: ${of}`).join(', ')}}`),
      tie('value').map((of) => `(() => { const x = ${of}; return [x, x]; })()`),
      tie('value').map((of) => `{ ...${of.startsWith('{') ? of : '{}'}, jobs: { a: ${of} } }`),
    ),
  }));
  await fc.assert(
    fc.asyncProperty(value, (made) => holds({ [entry]: `export default () => (${made});` })),
    { numRuns: 300 },
  );
});

it('of any list that the sandbox could hand over', () => {
  const number = fc.oneof(fc.integer({ min: -12, max: 40 }), fc.constantFrom(1e15, 0.5, -1e9, 2 ** 31));
  const list = fc.array(number, { maxLength: 60 });
  const texts = fc.array(fc.oneof(fc.string(), fc.constantFrom('function', 'NaN', '1e999', '__proto__', 'x\0')), {
    maxLength: 6,
  });
  const whole = fc.tuple(texts, texts, texts, fc.array(texts, { maxLength: 4 }));
  const chunk = fc.oneof(list.map(charactersOf), fc.string({ unit: 'binary', maxLength: 20 }));
  const any = fc.oneof(
    { weight: 3, arbitrary: whole.map((one) => JSON.stringify(one)) },
    { weight: 1, arbitrary: fc.json() },
    { weight: 1, arbitrary: fc.string() },
  );
  fc.assert(
    fc.property(any, fc.array(chunk, { maxLength: 3 }), (text, chunks) => {
      const read = readHanded(text, chunks);
      expect(read === null || read.tree !== null || read.findings.length > 0).toBe(true);
      for (const { offset } of read?.findings ?? []) expect(Number.isInteger(offset)).toBe(true);
    }),
    { numRuns: 3000 },
  );
  const empty = '[[],[],[],[]]';
  const lists = [...new Array<number>(200_000)].flatMap(() => [2, 1]);
  expect(readHanded(empty, [charactersOf(lists)])?.tree).toBeNull();
  expect(readHanded('['.repeat(1e6), [])).toBeNull();
  expect(readHanded(empty, ['\u7fff'.repeat(100)])).toBeNull();
  expect(openHanded(empty, [charactersOf([0, -2, 16_380, 16_381, 2 ** 20])])).toMatchObject({
    handed: { list: Int32Array.of(0, -2, 16_380, 16_381, 2 ** 20) },
  });
});

/** As the sandbox writes numbers. */
const charactersOf = (numbers: readonly number[]): string =>
  numbers
    .map((number) => {
      let text = '';
      let rest = number + digits.shift;
      for (; rest >= digits.base; rest = Math.floor(rest / digits.base)) {
        text += String.fromCharCode(digits.base + (rest % digits.base));
      }
      return text + String.fromCharCode(rest);
    })
    .join('');

function readHanded(text: string, chunks: readonly string[]) {
  const opened = openHanded(text, chunks);
  if (opened.kind !== 'handed') return null;
  const { stacks, ...handed } = opened.handed;
  const literals = [{ offset: 1, end: 9, keys: new Map() }];
  return readAnswer({
    files: [{ file: entry, text: 'x' }],
    kind: 'made',
    made: { ...handed, calls: stacks.map(() => [3]), literals, entry: 0 },
  });
}

it('of any data: what is no JSON is told where it stops being it', () => {
  const text = fc.oneof(
    fc.json(),
    fc
      .array(fc.constantFrom(...'[ ] { } , : "a" "\\u12" 1 -1 01 1. 1e5 true nul // \n \t x \' "'.split(' ')), {
        maxLength: 12,
      })
      .map((words) => words.join(' ')),
    fc.array(fc.constantFrom(...'[]{},:"a1'), { maxLength: 12 }).map((words) => words.join('')),
  );
  fc.assert(
    fc.property(text, (made) => {
      const mistake = jsonMistake(made);
      let isJson = true;
      try {
        JSON.parse(made);
      } catch {
        isJson = false;
      }
      expect(mistake === null).toBe(isJson);
      if (mistake) expect(mistake.offset >= 0 && mistake.offset <= made.length).toBe(true);
    }),
    { numRuns: 3000 },
  );
});
