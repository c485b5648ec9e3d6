// By properties: no bytes make a reader fail, and a file that is cut anywhere says so and invents nothing.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ResultFormatName, resultFormats } from '../../../src/record/results/formats.ts';
import { read } from './kit.ts';

const wholes: Record<ResultFormatName, string> = {
  junit:
    '<testsuites><testsuite name="s"><testcase name="a" time="1"><failure message="m">é</failure></testcase><testcase name="b"/><testcase name="c"><flakyError type="t"/><system-out>o</system-out></testcase></testsuite></testsuites>',
  tap: 'TAP version 14\n1..2\n# Subtest: s\n    ok 1 - a\n    not ok 2 - b\n      ---\n      error: |-\n        é\n      ...\n    1..2\nnot ok 1 - s\nok 2 - c # skip d\n',
  'go-test':
    '{"Action":"run","Package":"s","Test":"a"}\n{"Action":"output","Package":"s","Test":"a","Output":"é\\n"}\n{"Action":"fail","Package":"s","Test":"a","Elapsed":1}\n{"Action":"pass","Package":"s","Test":"b","Elapsed":1}\n',
  'node-spec': '▶ s\n  ✔ a (1ms)\n  ✖ b (1ms)\n    Error: é\n✖ s (2ms)\nℹ tests 2\n',
  sarif:
    '{"runs":[{"tool":{"driver":{"rules":[{"id":"a","defaultConfiguration":{"level":"note"}}]}},"results":[{"ruleId":"a","message":{"text":"é"}},{"ruleId":"b"}]}]}',
};
const formats = Object.keys(resultFormats) as ResultFormatName[];

test.each(formats)('%s: bytes that were changed anywhere are read to an answer', async (format) => {
  const whole = Buffer.from(wholes[format]);
  const change = fc.tuple(fc.nat(whole.length), fc.nat(20), fc.uint8Array({ maxLength: 20 }));
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 4 }), async (changes) => {
      let bytes = whole;
      for (const [at, removed, added] of changes) {
        bytes = Buffer.concat([bytes.subarray(0, at), added, bytes.subarray(at + removed)]);
      }
      const { cases, findings } = await read(format, bytes);
      expect(JSON.stringify([cases, findings])).not.toMatch(/(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/);
    }),
    { numRuns: 200 },
  );
});

test.each(formats)('%s: cut anywhere, it invents no case', async (format) => {
  const whole = wholes[format];
  const { cases, findings } = await read(format, whole);
  expect(cases.length + findings.length).toBeGreaterThan(1);
  const places = new Set([...cases.map(({ suite, name }) => `${suite}/${name}`), ...findings.map(({ rule }) => rule)]);
  for (let length = 0; length < whole.length; length += 1) {
    const cut = await read(format, whole.slice(0, length));
    for (const { suite, name } of cut.cases) expect(places).toContain(`${suite}/${name}`);
    for (const { rule } of cut.findings) expect(places).toContain(rule);
  }
});
