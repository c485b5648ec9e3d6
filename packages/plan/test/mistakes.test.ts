// Every mistake has its place, says what is wrong, and what was probably meant; all are told at once.
import { expect, test } from 'vitest';
import { limits, printMistakes } from '../src/index.ts';
import { compileText, mistakesOf } from './kit/compile-text.ts';

test('all mistakes of a file are told at once, in the order of the file', () => {
  const told = mistakesOf(`version: 2
jobs:
  a:
    stepz: [x]
    runs-on: linux
    timeout: 30
    checkout: no
    attempts: 99
    needs: b
    env:
  b:
    steps:
      - name: x
        shell: bashh
        run: make
        timeout: 1h 30m
      - ''
      -
  c d: { steps: [x] }
  e: { steps: [] }
  e: { steps: [x] }
foo: 1
`);
  expect(told).toEqual([
    { at: '1:10', message: '`version` must be 1, not `2`', hint: null },
    { at: '4:5', message: 'a job has no key `stepz`', hint: 'did you mean `steps`?' },
    { at: '5:5', message: 'a job has no key `runs-on`', hint: 'it is called `pool` here' },
    {
      at: '6:14',
      message: '`timeout` must be a duration such as 30s, 10m, 2h or 1h30m, not the number `30`',
      hint: 'write hours, minutes and seconds in this order, without spaces: 30s, 10m, 2h, 1h30m',
    },
    { at: '7:15', message: '`checkout` must be true or false, not the text `no`', hint: 'write false' },
    { at: '8:15', message: '`attempts` must be a number from 1 to 10, not `99`', hint: null },
    { at: '9:12', message: '`needs` must be a list of job names, not the text `b`', hint: 'write it as a list: [b]' },
    {
      at: '10:5',
      message: '`env` must be a mapping of names to values, and has no value',
      hint: 'give it a value, or remove it',
    },
    {
      at: '14:16',
      message: '`shell` must be one of sh, bash, pwsh, cmd, node, not `bashh`',
      hint: 'did you mean `bash`?',
    },
    { at: '15:9', message: 'a step has no key `run`', hint: 'it is called `script` here' },
    {
      at: '16:18',
      message: '`timeout` must be a duration such as 30s, 10m, 2h or 1h30m; `1h 30m` is not',
      hint: 'write hours, minutes and seconds in this order, without spaces: 30s, 10m, 2h, 1h30m',
    },
    {
      at: '17:9',
      message: 'an entry of `steps` must be a command; `` is not',
      hint: 'an empty script does nothing; write a command or remove the step',
    },
    {
      at: '18:8',
      message: 'an entry of `steps` must be a command or a step, and has no value',
      hint: 'give it a value, or remove it',
    },
    {
      at: '19:3',
      message: '`c d` cannot be a job name',
      hint: expect.stringContaining('letters, digits, dots, dashes and underscores'),
    },
    {
      at: '20:8',
      message: '`steps` is empty; it must be a list of steps',
      hint: 'give it an entry, or remove the key',
    },
    { at: '21:3', message: '`e` is here twice; the first is on line 20', hint: 'keep one of them' },
    {
      at: '22:1',
      message: 'a Signalbox configuration has no key `foo`',
      hint: 'it may have `version`, `env`, `error-patterns`, `templates`, `jobs`, and keys that begin with x- as a place for anchors',
    },
  ]);
});

const single: [what: string, text: string, at: string, message: RegExp, hint?: RegExp][] = [
  ['an empty file', '', '1:1', /^the file is empty$/, /signalbox init/],
  ['a file of comments', '# hello\n', '1:1', /^the file is empty$/],
  ['a file that is a list', '- a\n- b\n', '1:1', /this file is a list/],
  ['a file that is a word', 'hello', '1:1', /this file is a single value/],
  ['no jobs', 'version: 1\n', '1:1', /the file has no `jobs`/],
  ['jobs that are none', 'jobs: {}\n', '1:1', /`jobs` is empty/],
  ['a NUL byte', 'jobs:\n  a: \0\n', '2:6', /NUL byte/, /UTF-8/],
  ['a NUL by escape', 'jobs: { a: { steps: ["x\\0"] } }', '1:22', /holds a NUL/],
  ['half a character by escape', 'jobs: { a: { steps: ["\\ud800"] } }', '1:22', /half a character/],
  ['a control character', 'jobs:\n  a: {steps: [\u001bx]}\n', '2:15', /U\+001B/],
  ['a lone carriage return', 'a: 1\rb: 2\n', '1:5', /carriage return/],
  ['a tab as indentation', 'jobs:\n\ta: 1\n', '2:1', /tabs are not allowed/, /spaces/],
  ['a colon in a command', 'jobs:\n  a:\n    steps:\n      - echo a: b\n', '4:9', /no key `echo a`/, /quotes/],
  ['a nested mapping on one line', 'jobs: a: b\n', '1:7', /not YAML/, /quotes/],
  ['an open bracket', 'jobs: [\n', '2:1', /not YAML/],
  ['an open quote', 'jobs: "x\n', '2:1', /not YAML/],
  ['an expression in a bare list', `jobs: { a: { steps: [a-\${{ matrix.x }}] } }`, '1:25', /not YAML/, /in quotes/],
  ['two documents', 'jobs: { a: { steps: [x] } }\n---\na: 1\n', '2:1', /one document/],
  ['YAML 1.1', '%YAML 1.1\n---\njobs: { a: { steps: [x] } }\n', '1:1', /YAML 1.2, not 1.1/],
  [
    'a pattern that YAML takes for a tag',
    'jobs:\n  a: {steps: [x], if-changed: [!docs/**]}\n',
    '2:32',
    /tags/,
    /'!docs\/\*\*'/,
  ],
  [
    'a pattern that YAML takes for an alias',
    'jobs:\n  a: {steps: [x], if-changed: [*.md]}\n',
    '2:32',
    /anchor/,
    /'\*\.md'/,
  ],
  ['an alias that is misspelt', 'x-a: &base 1\njobs:\n  a: {steps: [*bsae]}\n', '3:15', /`bsae`/, /`base`/],
  ['a merge that is misspelt', 'x-a: &base {}\njobs:\n  a: {<<: *bsae}\n', '3:11', /`bsae`/, /`base`/],
  ['a merge of a word', 'jobs:\n  a: {<<: x, steps: [x]}\n', '2:7', /`<<` takes a mapping/],
  ['an alias inside what it names', 'x-a: &a [*a]\njobs: { a: { steps: [x] } }\n', '1:10', /inside what it names/],
  [
    'a key that is a mapping',
    'jobs: { a: { steps: [x], pool: {{ x }} } }',
    '1:32',
    /`pool` must be the name of a pool, not a mapping/,
    /quotes/,
  ],
  ['__proto__', 'jobs: { __proto__: { steps: [x] }, a: { steps: [x] } }', '1:9', /`__proto__` cannot be a key/],
  ['__proto__ in env', 'jobs: { a: { env: { __proto__: 1 }, steps: [x] } }', '1:21', /`__proto__` cannot be a key/],
  ['a look-alike letter', 'jobs:\n  t\u0435st: { steps: [x] }\n', '2:3', /cannot be a job name/, /U\+0435/],
  ['another trigger', 'jobs: { a: { on: pull_request, steps: [x] } }', '1:18', /must be `push`/, /pushes only/],
  [
    'a trigger without push',
    'jobs: { a: { on: { schedule: x }, steps: [x] } }',
    '1:20',
    /a trigger has no key `schedule`/,
  ],
  [
    'branches beside push',
    'jobs: { a: { on: { push: {}, branches: [x] }, steps: [x] } }',
    '1:30',
    /no key/,
    /belong to the push/,
  ],
  [
    'a pool with spaces',
    'jobs: { a: { pool: my pool, steps: [x] } }',
    '1:20',
    /name of a pool; `my pool` is not/,
    /63/,
  ],
  ['a secret in small letters', 'jobs: { a: { secrets: [token], steps: [x] } }', '1:24', /name of a secret/, /capital/],
  ['a secret twice', 'jobs: { a: { secrets: [A, A], steps: [x] } }', '1:27', /`A` is in `secrets` twice/],
  [
    'a secret that is also in env',
    'env: { A: 1 }\njobs: { a: { secrets: [A], steps: [x] } }',
    '2:24',
    /also in its `env`/,
  ],
  ['an env name with a dash', 'jobs: { a: { env: { A-B: 1 }, steps: [x] } }', '1:21', /`A-B` cannot be/],
  [
    'an env value that is a list',
    'jobs: { a: { env: { A: [1] }, steps: [x] } }',
    '1:24',
    /must be text, a number or true\/false, not a list/,
  ],
  ['no time at all', 'jobs: { a: { timeout: 0s, steps: [x] } }', '1:23', /from 1s to 168h, not `0s`/],
  ['too much time', 'jobs: { a: { timeout: 169h, steps: [x] } }', '1:23', /from 1s to 168h/],
  [
    'an absolute path',
    'jobs: { a: { artifacts: [/etc/passwd], steps: [x] } }',
    '1:26',
    /must be a pattern/,
    /relative/,
  ],
  ['a path that climbs', 'jobs: { a: { artifacts: [a/../../b], steps: [x] } }', '1:26', /must be a pattern/],
  ['a backslash', "jobs: { a: { if-changed: ['src\\x'], steps: [x] } }", '1:27', /must be a pattern/],
  ['an extended pattern', "jobs: { a: { if-changed: ['+(a|b)'], steps: [x] } }", '1:27', /must be a pattern/],
  [
    'a long pattern',
    `jobs: { a: { if-changed: [${'a'.repeat(201)}], steps: [x] } }`,
    '1:27',
    /201 characters long; 200/,
  ],
  ['a symbol of five letters', 'jobs: { a: { symbol: Build, steps: [x] } }', '1:22', /one to four characters/],
  [
    'a number as the name of a step',
    'jobs: { a: { steps: [{ name: 3.10, script: x }] } }',
    '1:30',
    /not the number `3.10`/,
    /'3.10'/,
  ],
  ['attempts as text', "jobs: { a: { attempts: '3', steps: [x] } }", '1:24', /a number from 1 to 10/, /without quotes/],
  [
    'a priority beyond its range',
    'jobs: { a: { priority: 101, steps: [x] } }',
    '1:24',
    /a number from -100 to 100, not `101`/,
    /higher number comes first/,
  ],
  ['a priority in words', 'jobs: { a: { priority: high, steps: [x] } }', '1:24', /from -100 to 100/, /0 is usual/],
  ['a priority as text', "jobs: { a: { priority: '-5', steps: [x] } }", '1:24', /from -100/, /without quotes/],
  ['half a priority', 'jobs: { a: { priority: 0.5, steps: [x] } }', '1:24', /from -100 to 100/, /0 is usual/],
  ['coalesce below zero', 'jobs: { a: { coalesce: -1, steps: [x] } }', '1:24', /from 0 to 1000/, /0 is for none/],
  ['coalesce as a wish', 'jobs: { a: { coalesce: true, steps: [x] } }', '1:24', /from 0 to 1000/, /older pushes/],
  [
    'a limit in place of a group',
    'jobs: { a: { concurrency: 1, steps: [x] } }',
    '1:27',
    /name of a group, not the number `1`/,
    /at the server/,
  ],
  [
    'a group as another tool writes it',
    'jobs: { a: { concurrency: { group: x }, steps: [x] } }',
    '1:27',
    /name of a group, not a mapping/,
    /at the server/,
  ],
  [
    'a group that a matrix makes wrong',
    `jobs: { a: { concurrency: '\${{ matrix.x }}', matrix: { x: [7] }, steps: [x] } }`,
    '1:27',
    /`7` is not/,
    /begins with a letter/,
  ],
  ['no delay', 'jobs: { a: { delay: 0s, steps: [x] } }', '1:21', /from 1s to 168h, not `0s`/, /it is 0s/],
  ['a delay without unit', 'jobs: { a: { delay: 10, steps: [x] } }', '1:21', /a duration such as 30s/, /hours, min/],
  ['a gate without question', 'jobs: { a: { gate: true } }', '1:20', /must be a question/, /what a person is asked/],
  ['a gate of blanks', "jobs: { a: { gate: ' ' } }", '1:20', /must be a question/, /what a person is asked/],
  ['a gate with nothing', 'jobs: { a: { gate: } }', '1:14', /`gate` must be a question, and has no/, /give it a value/],
  [
    'steps beside a gate',
    'jobs: { a: { gate: Ship it?, steps: [x] } }',
    '1:30',
    /a gate has no key `steps`/,
    /runs nothing.*a job that `needs` the gate/,
  ],
  ['a gate in a pool', 'jobs: { a: { gate: Ship it?, pool: x } }', '1:30', /no key `pool`/, /runs nothing/],
  ['a gate with a limit', 'jobs: { a: { gate: Ship it?, timeout: 0s } }', '1:30', /no key `timeout`/, /runs nothing/],
  ['a gate that is misspelt', 'jobs: { a: { gaet: Ship it?, steps: [x] } }', '1:14', /no key `gaet`/, /`gate`/],
  ['a key of a gate misspelt', 'jobs: { a: { gate: Ship it?, need: [b] } }', '1:30', /no key `need`/, /`needs`/],
  [
    "another tool's gate",
    'jobs: { a: { when: manual, steps: [x] } }',
    '1:20',
    /must be a mapping of conditions/,
    /`gate: Ship it\?`/,
  ],
  [
    'an expression as a number',
    `jobs: { a: { attempts: '\${{ matrix.x }}', matrix: {x: [1]}, steps: [x] } }`,
    '1:24',
    /a number from 1/,
    /becomes text/,
  ],
];

test.each(single)('%s has one clear answer', (_, text, at, message, hint) => {
  const [first, ...rest] = mistakesOf(text);
  expect(first).toEqual({
    at,
    message: expect.stringMatching(message),
    hint: hint ? expect.stringMatching(hint) : first?.hint,
  });
  // A second message is allowed only where a mapping lacks what it also misspells.
  expect(rest.length).toBeLessThanOrEqual(1);
});

test('places count from the first visible character, with a byte-order mark and CRLF too', () => {
  expect(mistakesOf('\ufeffjbos: {}\r\n').map(({ at }) => at)).toEqual(['1:1']);
  expect(mistakesOf('jobs:\r\n  a:\r\n    stps: 1\r\n')).toEqual([
    { at: '3:5', message: 'a job has no key `stps`', hint: 'did you mean `steps`?' },
  ]);
});

test('everything of a run beside a gate is a mistake of its own', () => {
  const text = `jobs:
  ask:
    gate: Ship it?
    pool: linux
    priority: 1
    coalesce: 1
    concurrency: one
    delay: 1m
    env: { A: 1 }
    checkout: false
    secrets: [A]
    attempts: 1
    timeout: 1m
    silent-timeout: 1m
    artifacts: [a]
    steps: [x]
`;
  const told = mistakesOf(text);
  expect(told.map(({ at }) => at)).toEqual(Array.from({ length: 13 }, (_, i) => `${i + 4}:5`));
  for (const { message, hint } of told) {
    expect(message).toMatch(/^a gate has no key `/);
    expect(hint).toMatch(/^a gate runs nothing/);
  }
});

test('what an alias brings is told once, where it is written', () => {
  const text = 'x-s: &s [{ scrip: make }]\njobs:\n  a: { steps: *s }\n  b: { steps: *s }\n';
  expect(mistakesOf(text)).toEqual([
    { at: '1:12', message: 'a step has no key `scrip`', hint: 'did you mean `script`?' },
  ]);
});

test('each limit answers with its number', () => {
  const message = (text: string) => mistakesOf(text)[0]?.message;
  const values = (count: number) => Array.from({ length: count }, (_, i) => `v${i}`).join(', ');
  const matrix = (...sizes: number[]) => `{ ${sizes.map((size, i) => `k${i}: [${values(size)}]`).join(', ')} }`;
  expect(message('a'.repeat(limits.fileCharacters.most + 1))).toBe(
    'the file has 1,000,001 characters; 1,000,000 are the limit',
  );
  expect(message('- '.repeat(5000))).toBe('values lie more than 50 deep in each other');
  expect(message('['.repeat(100_000))).toBe('values lie more than 50 deep in each other');
  expect(message(`jobs: { a: { matrix: ${matrix(101, 100)}, steps: [x] } }`)).toBe(
    'the matrix has 10,100 cells; 10,000 are the limit',
  );
  expect(message(`jobs: { a: { matrix: ${matrix(...Array(19).fill(50))}, steps: [x] } }`)).toMatch(/billions of cells/);
  const jobs = [...'abcdef'].map((name) => `  ${name}: { matrix: ${matrix(100, 90)}, steps: [x] }`).join('\n');
  expect(message(`jobs:\n${jobs}\n`)).toBe('with this job the file makes more than 50,000 jobs');
  const wide = `jobs:\n  a: { matrix: ${matrix(750)}, steps: [x] }\n  b: { matrix: ${matrix(750)}, needs: [a], steps: [x] }\n`;
  expect(message(wide)).toMatch(/500,000 needs are passed/);
  expect(message(`jobs: { a: { steps: [${'x, '.repeat(201)}] } }`)).toBe('`steps` has 201 entries; 200 are the limit');
  const big = `x-s: &s "${'x'.repeat(100_000)}"\njobs: { a: { matrix: ${matrix(501)}, steps: [*s] } }`;
  expect(message(big)).toMatch(/more than 50,000,000 characters/);
  const long = 'x'.repeat(99);
  expect(message(`jobs: { ${long}: { matrix: { a: [${long}], b: [${long}] }, steps: [x] } }`)).toMatch(
    /a name of 299 characters/,
  );
  const globs = `jobs: { a: { matrix: ${matrix(100)}, if-changed: [${`'\${{ matrix.k0 }}', `.repeat(51)}], steps: [x] } }`;
  expect(message(globs)).toMatch(/more than 5,000/);
});

test('more mistakes than anybody reads are counted', () => {
  const told = mistakesOf(
    `${Array.from({ length: 700 }, (_, i) => `k${i}: 1`).join('\n')}\njobs: { a: { steps: [x] } }\n`,
  );
  expect(told).toHaveLength(limits.mistakes.most + 1);
  expect(told.at(-1)).toEqual({
    at: '501:1',
    message: '200 more mistakes from here on',
    hint: 'mend those above first',
  });
});

test('mistakes are printed with their line, a caret and the hint', () => {
  const compiled = compileText('jobs:\n  a:\n    stepz: [x]\n    pool: \u202eevil\n');
  expect(
    compiled.kind === 'mistakes' && printMistakes(compiled.mistakes),
  ).toBe(`.signalbox.yml:3:5: a job has no key \`stepz\`
  3 |     stepz: [x]
    |     ^
  hint: did you mean \`steps\`?

.signalbox.yml:4:11: \`pool\` must be the name of a pool; \`\ufffdevil\` is not
  4 |     pool: \ufffdevil
    |           ^
  hint: \`\ufffd\` is the character U+202E; a pool name has 1 to 63 letters, digits, dots, dashes and underscores, and begins with a letter or digit

2 mistakes
`);
});
