// JUnit XML in the dialects of those who write it: each case with its suite, state, time, message and output.
import { expect, test } from 'vitest';
import { read } from './kit.ts';

test('Surefire: packages as suites, flaky and rerun elements, output of each', async () => {
  const { cases, notes } = await read(
    'junit',
    `<?xml version="1.0" encoding="UTF-8"?>
<testsuite xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="https://maven.apache.org/surefire/maven-surefire-plugin/xsd/surefire-test-report.xsd" version="3.0" name="org.example.BankTest" time="1,234.5" tests="5" errors="1" skipped="1" failures="1">
  <properties><property name="java.version" value="21"/></properties>
  <testcase name="opens" classname="org.example.BankTest" time="0.012"><system-out><![CDATA[opened <1>
]]></system-out></testcase>
  <testcase name="pays" classname="org.example.BankTest" time="1,003.5">
    <failure message="expected: &lt;1&gt; but was: &lt;2&gt;" type="org.opentest4j.AssertionFailedError"><![CDATA[org.opentest4j.AssertionFailedError: expected
	at org.example.BankTest.pays(BankTest.java:12)]]></failure>
    <rerunFailure message="again" type="x"><stackTrace><![CDATA[second stack]]></stackTrace><system-err>late</system-err></rerunFailure>
  </testcase>
  <testcase name="connects" classname="org.example.BankTest" time="0"><error type="java.io.IOException">java.io.IOException: no route
	at org.example.Net</error></testcase>
  <testcase name="later" classname="org.example.BankTest" time="0"><skipped message="not yet"/></testcase>
  <testcase name="wobbles" classname="org.example.BankTest" time="0.2">
    <flakyFailure message="timed out" type="x"><stackTrace><![CDATA[at Wobble]]></stackTrace></flakyFailure>
  </testcase>
</testsuite>`,
  );
  expect(notes).toEqual([]);
  const suite = 'org.example.BankTest';
  expect(cases).toEqual([
    { suite, name: 'opens', file: null, state: 'passed', durationMs: 12, message: null, output: 'opened <1>' },
    {
      ...{ suite, name: 'pays', file: null, state: 'failed', durationMs: 1_003_500 },
      message: 'expected: <1> but was: <2>',
      output: expect.stringMatching(/BankTest\.java:12\)[\s\S]*second stack[\s\S]*late/),
    },
    expect.objectContaining({ name: 'connects', state: 'errored', message: 'java.io.IOException' }),
    expect.objectContaining({ name: 'later', state: 'skipped', message: 'not yet' }),
    expect.objectContaining({ name: 'wobbles', state: 'flaky', message: 'timed out', output: 'at Wobble' }),
  ]);
});

test('pytest: the class says where a case belongs, the text says what broke', async () => {
  const { cases } = await read(
    'junit',
    `<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests"><testsuite name="pytest" errors="1" failures="1" skipped="1" tests="4" time="0.044" timestamp="2026-11-02T10:00:00" hostname="w1"><testcase classname="tests.test_bank.TestPay" name="test_pay[1-2]" file="tests/test_bank.py" line="11" time="0.001"><failure message="AssertionError: assert 1 == 2&#10; +  where 1 = f()">def test_pay():
&gt;   assert 1 == 2
E   assert 1 == 2</failure></testcase><testcase classname="tests.test_bank" name="test_setup" time="0.000"><error message="failed on setup with &quot;OSError&quot;">trace #x1B[31m</error></testcase><testcase classname="tests.test_bank" name="test_x" time="0.000"><skipped type="pytest.xfail" message="known" /></testcase><testcase classname="tests.test_bank" name="test_ok" time="0.002" /></testsuite></testsuites>`,
  );
  expect(cases.map(({ suite, name, file, state }) => [suite, name, file, state])).toEqual([
    ['tests.test_bank.TestPay', 'test_pay[1-2]', 'tests/test_bank.py', 'failed'],
    ['tests.test_bank', 'test_setup', null, 'errored'],
    ['tests.test_bank', 'test_x', null, 'skipped'],
    ['tests.test_bank', 'test_ok', null, 'passed'],
  ]);
  expect(cases[0]?.message).toBe('AssertionError: assert 1 == 2\n +  where 1 = f()');
  expect(cases[0]?.output).toContain('> ');
});

test('Jest, Vitest, gotestsum, node and GoogleTest: each says its suite in another way', async () => {
  const { cases } = await read(
    'junit',
    `<testsuites name="all">
<testsuite name="bank account" file="src/bank.test.js"><testcase classname="bank account pays" name="bank account pays" time="0.5"/></testsuite>
<testsuite name="src/bank.test.ts"><testcase classname="src/bank.test.ts" name="account &gt; pays" time="0.5"><failure>AssertionError: no
 at here</failure></testcase></testsuite>
<testsuite name="example.org/bank/account"><testcase classname="account" name="TestPay/big" time="0.500000"><failure message="Failed" type="">=== RUN</failure></testcase></testsuite>
<testsuite name="account"><testsuite name="pay"><testcase name="big" time="0.5" classname="test"/></testsuite></testsuite>
<testsuite name="BankTest"><testcase name="Pays" status="notrun" result="suppressed" time="0" classname="BankTest"/></testsuite>
</testsuites>`,
  );
  expect(cases.map(({ suite, name, file, state, message }) => [suite, name, file, state, message])).toEqual([
    ['bank account', 'bank account pays', 'src/bank.test.js', 'passed', null],
    ['src/bank.test.ts', 'account > pays', 'src/bank.test.ts', 'failed', 'AssertionError: no'],
    ['example.org/bank/account', 'TestPay/big', null, 'failed', 'Failed'],
    ['account > pay', 'big', null, 'passed', null],
    ['BankTest', 'Pays', null, 'skipped', null],
  ]);
});

test('other encodings are read as they say, and bytes that are none are shown as such', async () => {
  const xml = (encoding: string) =>
    `<?xml version="1.0" encoding="${encoding}"?><testsuite name="s"><testcase classname="s" name="größer" time="1"/></testsuite>`;
  const sixteen = Buffer.from(`\uFEFF${xml('utf-16')}`, 'utf16le');
  for (const bytes of [
    Buffer.from(xml('UTF-8')),
    Buffer.from(`\uFEFF${xml('utf-8')}`),
    sixteen,
    Buffer.from(xml('utf-16')),
    Buffer.from(xml('ISO-8859-1'), 'latin1'),
  ]) {
    expect((await read('junit', bytes)).cases).toMatchObject([{ name: 'größer', suite: 's' }]);
  }
  const invalid = await read('junit', Buffer.from(xml('UTF-8'), 'latin1'));
  expect(invalid.cases).toMatchObject([{ name: 'gr��er' }]);
  const unstorable = await read(
    'junit',
    '<testsuite><testcase name="a\0b"><failure>x</failure></testcase></testsuite>',
  );
  expect(unstorable.cases).toMatchObject([{ name: 'a�b', state: 'failed' }]);
});
