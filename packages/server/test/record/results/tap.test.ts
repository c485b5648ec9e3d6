// TAP 13 and 14 as Perl, node and tap write it: subtests of every style, directives, YAML, and files that are cut.
import { expect, test } from 'vitest';
import { read } from './kit.ts';

const short = (cases: readonly { suite: string; name: string; state: string }[]) =>
  cases.map(({ suite, name, state }) => [suite, name, state].join(' | '));

test('points, directives, diagnostics and YAML', async () => {
  const { cases, notes } = await read(
    'tap',
    `TAP version 13
1..6
ok 1 - opens the # 1 \\# door
not ok 2 - pays
#   Failed test 'pays'
#   at t/bank.t line 12.
  ---
  message: "expected \\"1\\""
  file: 't/bank.t'
  duration_ms: 12.5
  found: |
    ok 9 - this is no point
  ...
ok 3 - waits # SKIP no network
not ok 4 # TODO not yet
ok
ok 6 - last\r
printed by somebody
`,
  );
  expect(notes).toEqual([]);
  expect(short(cases)).toEqual([
    ' | opens the # 1 # door | passed',
    ' | pays | failed',
    ' | waits | skipped',
    ' |  | skipped',
    ' |  | passed',
    ' | last | passed',
  ]);
  expect(cases[1]).toMatchObject({ message: 'expected "1"', file: 't/bank.t', durationMs: 12.5 });
  expect(cases[1]?.output).toContain("Failed test 'pays'\nat t/bank.t line 12.");
  expect(cases[2]?.message).toBe('no network');
});

test('subtests named beside their sum (node, TAP 14), beside their points (Perl), and not at all', async () => {
  const fourteen = `TAP version 14
# Subtest: account
    # Subtest: opens
    ok 1 - opens
    # Subtest: pays
        not ok 1 - big
        1..1
    not ok 2 - pays
    1..2
not ok 1 - account
# Subtest: hooks
    ok 1 - fine
    1..1
not ok 2 - hooks
  ---
  error: 'after hook broke'
  ...
1..2
`;
  const node = await read('tap', fourteen);
  expect(short(node.cases)).toEqual([
    'account | opens | passed',
    'account > pays | big | failed',
    'hooks | fine | passed',
    ' | hooks | failed',
  ]);
  expect(node.cases[3]?.message).toBe('after hook broke');
  expect(node.notes).toEqual([]);

  const perl = `    # Subtest: account
    ok 1 - opens
        # Subtest: pays
        ok 1 - big
        1..1
    ok 2 - pays
    1..2
ok 1 - account
ok 2 - plain
1..2
`;
  expect(short((await read('tap', perl)).cases)).toEqual([
    'account | opens | passed',
    'account > pays | big | passed',
    ' | plain | passed',
  ]);

  const bare = '    ok 1 - opens\n    ok 2 - pays\n    1..2\nok 1 - account\nok 2 - plain\n1..2\n';
  expect(short((await read('tap', bare)).cases)).toEqual([
    ' | opens | passed',
    ' | pays | passed',
    ' | plain | passed',
  ]);
});

test('what is cut, bails out or is hostile is told of', async () => {
  expect((await read('tap', '1..3\nok 1\nok 2\n')).notes).toEqual([{ line: 4, text: '3 tests were planned, 2 came' }]);
  expect((await read('tap', 'ok 1\n')).notes[0]?.text).toContain('no plan');
  expect((await read('tap', '1..5\nok 1\nBail out! disk is full\n')).notes).toEqual([
    { line: 3, text: 'Bail out! disk is full' },
  ]);
  const cut = await read('tap', '1..1\nnot ok 1 - a\n  ---\n  error: broke\n');
  expect(cut.cases).toMatchObject([{ name: 'a', state: 'failed', message: 'broke' }]);
  expect(cut.notes).toEqual([{ line: 5, text: 'the file ends within a YAML block' }]);
  const unclosed = await read('tap', '1..2\nok 1 - a\n  ---\n  x: y\nok 2 - b\n');
  expect(unclosed.cases).toHaveLength(2);
  expect(unclosed.notes).toEqual([{ line: 5, text: 'a YAML block has no end' }]);

  const deep = Array.from({ length: 300 }, (_, depth) => `${' '.repeat(4 * depth)}# Subtest: d\n`).join('');
  expect((await read('tap', `${deep}${' '.repeat(1200)}ok 1 - a\n`, { depth: 5 })).cases).toMatchObject([
    { suite: 'd > d > d > d > d' },
  ]);
  // Would take minutes, were the whole line matched.
  const long = await read('tap', `1..1\nok${' '.repeat(100_000)}\\\n`);
  expect(long.cases).toHaveLength(1);
});
