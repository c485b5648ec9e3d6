// `go test -json`: mixed events of packages and subtests, what does not build, panics, and lines that are no events.
import { expect, test } from 'vitest';
import { read } from './kit.ts';

const events = (...each: Record<string, unknown>[]) => each.map((event) => JSON.stringify(event)).join('\n');
const bank = { Time: '2026-11-02T10:00:00.1Z', Package: 'example.org/bank' };
const net = { Time: '2026-11-02T10:00:00.1Z', Package: 'example.org/net' };

test('tests of several packages that run at once keep their own output', async () => {
  const { cases, notes } = await read(
    'go-test',
    `go: downloading example.org/x v1.0.0\n${events(
      { ...bank, Action: 'start' },
      { ...bank, Action: 'run', Test: 'TestPay' },
      { ...bank, Action: 'output', Test: 'TestPay', Output: '=== RUN   TestPay\n' },
      { ...net, Action: 'run', Test: 'TestDial' },
      { ...bank, Action: 'run', Test: 'TestPay/big' },
      { ...net, Action: 'output', Test: 'TestDial', Output: '    dial_test.go:5: no network\n' },
      { ...bank, Action: 'output', Test: 'TestPay/big', Output: '    pay_test.go:12: got 1, want 2\n' },
      { ...bank, Action: 'output', Test: 'TestPay/big', Output: '    --- FAIL: TestPay/big (0.01s)\n' },
      { ...net, Action: 'skip', Test: 'TestDial', Elapsed: 0 },
      { ...bank, Action: 'fail', Test: 'TestPay/big', Elapsed: 0.01 },
      { ...bank, Action: 'fail', Test: 'TestPay', Elapsed: 0.02 },
      { ...bank, Action: 'pass', Test: 'TestOpen', Elapsed: 0 },
      { ...bank, Action: 'output', Output: 'FAIL\texample.org/bank\t0.1s\n' },
      { ...bank, Action: 'fail', Elapsed: 0.1 },
      { ...net, Action: 'pass', Elapsed: 0.1 },
    )}\n`,
  );
  expect(notes).toEqual([]);
  expect(cases.map(({ suite, name, state, message }) => [suite, name, state, message])).toEqual([
    ['example.org/net', 'TestDial', 'skipped', 'dial_test.go:5: no network'],
    ['example.org/bank', 'TestPay/big', 'failed', 'pay_test.go:12: got 1, want 2'],
    ['example.org/bank', 'TestPay', 'failed', null],
    ['example.org/bank', 'TestOpen', 'passed', null],
  ]);
  expect(cases[1]).toMatchObject({ durationMs: 10, output: 'pay_test.go:12: got 1, want 2' });
});

test('a package that does not build is a case of its own; one whose test died names the test', async () => {
  const { cases, notes } = await read(
    'go-test',
    events(
      { ...net, Action: 'output', Output: 'net/dial.go:3:1: undefined: x\n' },
      { ...net, Action: 'fail', Elapsed: 0 },
      { ...bank, Action: 'run', Test: 'TestPay' },
      { ...bank, Action: 'output', Test: 'TestPay', Output: 'panic: nil\n' },
    ),
  );
  expect(cases).toEqual([
    expect.objectContaining({ suite: 'example.org/net', name: '(package)', state: 'errored' }),
    expect.objectContaining({ suite: 'example.org/bank', name: 'TestPay', state: 'errored', output: 'panic: nil' }),
  ]);
  expect(cases[0]?.message).toBe('net/dial.go:3:1: undefined: x');
  expect(notes).toEqual([{ line: 4, text: expect.stringContaining('"TestPay"') }]);
});

test('a line that is cut or too long is told of, and those after it are read', async () => {
  const pass = (name: string) => events({ ...bank, Action: 'pass', Test: name, Elapsed: 1 });
  const long = events({ ...bank, Action: 'output', Test: 'TestA', Output: 'x'.repeat(5000) });
  const text = `${pass('TestA')}\n{"Action":"pa\n${long}\n{"Action":5,"Test":{}}\n${pass('TestB')}\r\n`;
  const { cases, notes } = await read('go-test', text, { lineCharacters: 1000 });
  expect(cases.map(({ name }) => name)).toEqual(['TestA', 'TestB']);
  expect(notes.map(({ line }) => line)).toEqual([2, 3]);

  const begun = Array.from({ length: 20 }, (_, index) => events({ ...bank, Action: 'run', Test: `Test${index}` }));
  const many = await read('go-test', begun.join('\n'), { openCases: 5 });
  expect(many.cases).toHaveLength(5);
});
