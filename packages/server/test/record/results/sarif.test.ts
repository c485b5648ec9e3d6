// SARIF: findings with rule, level, place and message, of files that are whole, cut, or hold their tool at the end.
import { expect, test } from 'vitest';
import { formatOf } from '../../../src/record/results/formats.ts';
import { read } from './kit.ts';

const result = (ruleId: string, more: object = {}) => ({
  ruleId,
  message: { text: `"${ruleId}" {is} [broken]` },
  locations: [{ physicalLocation: { artifactLocation: { uri: 'src/a%20b.ts' }, region: { startLine: 12 } } }],
  ...more,
});
const rules = [
  { id: 'no-eval', defaultConfiguration: { level: 'error' } },
  { id: 'style', defaultConfiguration: { level: 'note' } },
];
const tool = { driver: { name: 'lint', rules } };
const results = [
  result('no-eval'),
  result('style', { level: 'warning' }),
  { ruleIndex: 1, message: { text: 'by place' } },
  result('other', { kind: 'pass' }),
  { ruleId: 'bare', message: { id: 'x' }, locations: [{ physicalLocation: { artifactLocation: { uri: '%zz' } } }] },
];

test('levels come from the finding or its rule, wherever the tool stands, and places are paths', async () => {
  const said = [
    { rule: 'no-eval', level: 'error', file: 'src/a b.ts', line: 12, message: '"no-eval" {is} [broken]' },
    { rule: 'style', level: 'warning', file: 'src/a b.ts', line: 12, message: '"style" {is} [broken]' },
    expect.objectContaining({ rule: expect.any(String), level: expect.any(String), file: null, line: null }),
    expect.objectContaining({ rule: 'other', level: 'none' }),
    { rule: 'bare', level: 'warning', file: '%zz', line: null, message: 'x' },
  ];
  const before = await read('sarif', JSON.stringify({ version: '2.1.0', runs: [{ tool, results }] }, null, 2));
  expect(before.findings).toEqual(said);
  expect(before.findings[2]).toMatchObject({ rule: 'style', level: 'note' });
  expect(before.notes).toEqual([]);
  const after = await read('sarif', JSON.stringify({ runs: [{ results, tool }, { results: [result('no-eval')] }] }));
  expect(after.findings.slice(0, 2)).toEqual(said.slice(0, 2));
  // Another run's rules say nothing of this one.
  expect(after.findings[5]).toMatchObject({ rule: 'no-eval', level: 'warning' });
});

test('a file that is cut gives the findings before, and says where it ends', async () => {
  const whole = JSON.stringify({ runs: [{ tool, results }] }, null, 1);
  const cut = await read('sarif', whole.slice(0, whole.indexOf('by place')));
  expect(cut.findings.map(({ rule }) => rule)).toEqual(['no-eval', 'style']);
  expect(cut.notes).toEqual([{ line: expect.any(Number), text: 'the file ends before its last bracket' }]);
  expect(cut.notes[0]?.line).toBeGreaterThan(30);
});

test('wrong, deep, long and false files stay within the limits', async () => {
  const wrong = await read('sarif', '{"runs":[{"results":[\n{"ruleId":"a",,},\n{"ruleId":"b"}]}]}');
  expect(wrong.findings).toMatchObject([{ rule: 'b', file: null, message: '' }]);
  expect(wrong.notes).toMatchObject([{ line: 2 }]);
  const deep = await read('sarif', '['.repeat(100_000));
  expect(deep.notes).toMatchObject([{ text: expect.stringContaining('deep') }]);
  const long = [result('long', { x: 'x'.repeat(2000) }), result('after')];
  const limited = await read('sarif', JSON.stringify({ runs: [{ results: long }] }), { lineCharacters: 1000 });
  expect(limited.findings).toMatchObject([{ rule: 'after' }]);
  expect(limited.notes).toMatchObject([{ text: expect.stringContaining('longer than 1000') }]);
  const types = '{"runs":[{"results":[{"ruleId":5,"locations":{"0":null},"message":[]},{"ruleIndex":"__proto__"}]}]}';
  expect((await read('sarif', types)).findings).toHaveLength(2);
  expect((await read('sarif', ']')).notes).toHaveLength(1);
});

test('a path promises its format', () => {
  const formats = [
    'out/TEST-a.B.xml',
    'junit.xml',
    'junit-linux.xml',
    'a/b.tap',
    'x.sarif',
    'go-test.json',
    'x.xml',
    'tap',
  ];
  expect(formats.map(formatOf)).toEqual(['junit', 'junit', 'junit', 'tap', 'sarif', 'go-test', undefined, undefined]);
});
