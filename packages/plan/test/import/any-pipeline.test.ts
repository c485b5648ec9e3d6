// Whatever a file of GitLab CI holds: a configuration without mistakes, or mistakes with places in it. Never a crash.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are texts of pipelines.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { compile, importConfiguration } from '../../src/index.ts';
import { fileOf, onMain } from '../kit/compile-text.ts';
import { fixture } from './import-text.ts';

const paths = ['ci/shared.yml', 'ci/tests.yml'];
const tree = {
  // A source that was cut into asks for names that nobody has.
  read: (path: string) => (paths.includes(path) ? fixture(`gitlab/${path}`) : null),
  paths: () => paths,
};

/** A source may be refused; what is made of one that is not must hold, and say its gaps at places that are there. */
function hold(text: string): boolean {
  const result = importConfiguration({ from: 'gitlab', files: [{ file: 'a.yml', text }], tree });
  if (result.kind === 'mistakes') {
    expect(result.mistakes.length).toBeGreaterThan(0);
    // A mistake in our own text would be ours.
    for (const { message } of result.mistakes) expect(message).not.toContain('no configuration');
    for (const { file } of result.mistakes) expect(file).toMatch(/^(a\.yml|ci\/\w+\.yml)$/);
    return false;
  }
  expect(compile({ ...onMain, files: fileOf(result.text) })).toMatchObject({ kind: 'plan' });
  for (const { file, line, what, instead } of result.gaps) {
    expect(file).toMatch(/^(a\.yml|ci\/\w+\.yml)$/);
    if (file === 'a.yml') expect(line).toBeLessThanOrEqual(text.split('\n').length);
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
    'test',
    '18',
    '3.10',
    'true',
    '',
    ' ',
    '../x',
    '/abs',
    '*',
    '**/*',
    '!a',
    'äöü',
    '__proto__',
    'constructor',
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
    '${{ x }}',
    '$[[ inputs.x ]]',
  ],
  ...[
    '$CI_COMMIT_SHA',
    '$CI_COMMIT_TAG',
    '${CI_PROJECT_DIR}/x',
    '$A',
    '$B-x',
    '$$A',
    '$DEPLOY_TOKEN',
    'make | tee x',
    'cd x && make',
    'export A=1',
  ],
  ...[
    '1h 30m',
    '2 weeks',
    '-1',
    '/^release-.*$/',
    '/(/',
    'tags',
    'merge_requests',
    'manual',
    'never',
    'delayed',
    'on_failure',
    '[[ -f x ]]',
  ],
);
const name = fc.constantFrom(
  'a',
  'b',
  'a b',
  'a:b',
  'a-b',
  'A',
  '.a',
  '.b',
  'é',
  'x'.repeat(150),
  'pages',
  'TOKEN',
  'include',
  '1/2',
);
const condition = fc.oneof(
  word,
  fc.constantFrom(
    '$CI_COMMIT_BRANCH == "main"',
    '$CI_COMMIT_BRANCH =~ /^(a|b)\\/x.+$/',
    '$CI_COMMIT_TAG',
    '$A && ($B || $CI_PIPELINE_SOURCE != "push")',
    '(',
    '$CI_COMMIT_BRANCH != "../x"',
    '"a" == $A',
  ),
);
const scalar = fc.oneof(word, fc.integer(), fc.boolean(), fc.constant(null));
const some = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined, freq: 2 });
const anything = fc.oneof(
  { weight: 5, arbitrary: scalar },
  { weight: 2, arbitrary: fc.array(scalar, { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.dictionary(name, scalar, { maxKeys: 3 }) },
);
const lines = fc.oneof(word, fc.array(fc.oneof(word, fc.array(word, { maxLength: 2 })), { maxLength: 3 }));
const variable = fc.constantFrom('A', 'B', 'a_b', 'A-B', 'MATRIX_A', 'CI_COMMIT_SHA', 'TOKEN', '1');
const variables = fc.dictionary(variable, fc.oneof(word, fc.record({ value: word, description: word })), {
  maxKeys: 3,
});
const rule = fc.record(
  {
    if: some(condition),
    changes: some(fc.oneof(fc.array(word, { maxLength: 2 }), fc.record({ paths: fc.array(word, { maxLength: 2 }) }))),
    when: some(word),
    allow_failure: some(fc.boolean()),
    variables: some(variables),
    start_in: some(word),
  },
  { requiredKeys: [] },
);
const refs = fc.oneof(
  fc.array(word, { maxLength: 3 }),
  fc.record(
    {
      refs: some(fc.array(word, { maxLength: 2 })),
      changes: some(fc.array(word)),
      variables: some(fc.array(condition, { maxLength: 2 })),
    },
    { requiredKeys: [] },
  ),
);

const job = fc.record(
  {
    stage: some(fc.constantFrom('build', 'test', 'deploy', '.pre', '.post')),
    script: fc.oneof(word, lines),
    before_script: some(lines),
    after_script: some(lines),
    variables: some(variables),
    rules: some(fc.array(rule, { maxLength: 3 })),
    only: some(refs),
    except: some(refs),
    when: some(word),
    start_in: some(word),
    allow_failure: some(anything),
    needs: some(fc.constant([])),
    tags: some(anything),
    timeout: some(anything),
    retry: some(fc.oneof(anything, fc.record({ max: word, when: fc.array(word) }))),
    parallel: some(
      fc.oneof(
        fc.nat(300),
        word,
        fc.record({
          matrix: fc.array(fc.dictionary(variable, fc.oneof(word, fc.array(word, { maxLength: 4 })), { maxKeys: 3 }), {
            maxLength: 3,
          }),
        }),
      ),
    ),
    artifacts: some(
      fc.record(
        {
          paths: some(fc.array(word, { maxLength: 3 })),
          exclude: some(fc.array(word)),
          reports: some(fc.record({ junit: fc.oneof(word, fc.array(word)) })),
          expire_in: some(word),
        },
        { requiredKeys: [] },
      ),
    ),
    resource_group: some(word),
    interruptible: some(anything),
    image: some(anything),
    environment: some(anything),
    trigger: some(anything),
    strange: some(anything),
  },
  { requiredKeys: ['script'] },
);
const pipeline = fc
  .record(
    {
      stages: some(fc.constant(['build', 'test', 'deploy'])),
      variables: some(variables),
      default: some(fc.record({ before_script: lines, tags: fc.array(word), retry: anything }, { requiredKeys: [] })),
      workflow: some(fc.record({ rules: fc.array(rule, { maxLength: 2 }) })),
      include: some(
        fc.constantFrom('ci/*.yml', '/ci/shared.yml', { project: 'x', file: 'y' }, ['https://x.example/a.yml']),
      ),
      jobs: fc.dictionary(name, job, { minKeys: 1, maxKeys: 5 }),
    },
    { requiredKeys: ['jobs'] },
  )
  .map(({ jobs, ...rest }) => ({ ...rest, ...jobs }));

test('any file of the shape that GitLab takes becomes a configuration without mistakes', () => {
  let imported = 0;
  fc.assert(
    fc.property(pipeline, (value) => {
      if (hold(stringify(value, { keepUndefined: false }))) imported += 1;
    }),
    { numRuns: 150 },
  );
  expect(imported).toBeGreaterThan(50);
}, 120_000);

test('a real file with anything cut out or put in has an answer', () => {
  const texts = ['service', 'monorepo', 'ci/shared'].map((each) => fixture(`gitlab/${each}.yml`));
  const pieces = fc.constantFrom(
    '',
    '\n',
    ' ',
    ':',
    '- ',
    '  ',
    '$',
    '{',
    '[',
    ']',
    '"',
    "'",
    '&a ',
    '*a',
    '|',
    '#',
    '!reference ',
    'extends: ',
    'needs:',
    '\0',
    '<<: *a',
  );
  const cut = fc.record({ at: fc.nat(2500), length: fc.nat(20), put: fc.array(pieces, { maxLength: 3 }) });
  fc.assert(
    fc.property(fc.constantFrom(...texts), fc.array(cut, { minLength: 1, maxLength: 3 }), (text, cuts) => {
      hold(
        cuts.reduce(
          (before, { at, length, put }) => before.slice(0, at) + put.join('') + before.slice(at + length),
          text,
        ),
      );
    }),
    { numRuns: 150 },
  );
}, 120_000);

test('what asks for a lot of work is answered at once', () => {
  const many = (count: number, entry: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => entry(index)).join('');
  const before = process.cpuUsage().user;
  hold(
    `.j0: { script: x }\n${many(9, (i) => `.j${i + 1}: { extends: [${many(20, () => `.j${i},`)}] }\n`)}a: { extends: .j9 }\n`,
  );
  hold(
    `.r0: { script: [] }\n${many(9, (i) => `.r${i + 1}: { script: [${many(20, () => `!reference [.r${i}, script],`)}] }\n`)}a: { script: !reference [.r9, script] }\n`,
  );
  hold(`stages: [${many(300, (i) => `s${i},`)}]\n${many(900, (i) => `j${i}: { stage: s${i % 300}, script: x }\n`)}`);
  hold(`a:\n  script: x\n  rules:\n${many(900, (i) => `    - if: $CI_COMMIT_BRANCH =~ /^(a|b${i})(c|d)(e|f)$/\n`)}`);
  hold(`a: { script: "${'$A '.repeat(100_000)}", rules: [{ if: "${'('.repeat(3000)}" }] }\n`);
  hold(`a: { script: x, parallel: { matrix: [${many(50, () => '{ A: [1,2,3], B: [1,2,3], C: [1,2,3] },')}] } }\n`);
  expect((process.cpuUsage().user - before) / 1e6).toBeLessThan(30);
}, 120_000);
