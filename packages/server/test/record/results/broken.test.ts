// Files that are cut, wrong or made to harm: what could be read is there, a note says where it broke, and nothing grows.
import { expect, test } from 'vitest';
import { readResults } from '../../../src/record/results/read-results.ts';
import { read, repeated } from './kit.ts';

test('a file that ends early gives the cases before, and none that is only guessed', async () => {
  const begin = '<testsuite name="s">\n<testcase name="one"/>\n<testcase name="two"><failure message="no">\nat';
  const cut = await read('junit', begin);
  expect(cut.cases).toMatchObject([
    { name: 'one', state: 'passed' },
    { name: 'two', state: 'failed', message: 'no', output: 'at' },
  ]);
  expect(cut.notes).toEqual([{ line: 4, text: expect.stringContaining('Unclosed root') }]);

  const undecided = await read('junit', '<testsuite name="s"><testcase name="one"/>\n<testcase name="two">\n');
  expect(undecided.cases).toMatchObject([{ name: 'one' }]);
  expect(undecided.notes.at(-1)?.text).toContain('"two"');
});

test('a mistake costs no case that comes after it', async () => {
  const { cases, notes } = await read(
    'junit',
    '<testsuite name="s">\n<testcase name="a & b"></wrong></testcase>\n<testcase name="c"><failure>&nope; <b></failure></testcase>\n<testcase name="d"/></testsuite>',
  );
  expect(cases.map(({ name, state }) => [name, state])).toEqual([
    ['a & b', 'passed'],
    ['c', 'failed'],
    ['d', 'passed'],
  ]);
  expect(new Set(notes.map(({ line }) => line))).toEqual(new Set([2, 3]));
});

test('entities are not expanded and nothing outside is read', async () => {
  const lines = Array.from({ length: 9 }, (_, index) => `<!ENTITY l${index + 1} "${`&l${index};`.repeat(10)}">`).join(
    '\n',
  );
  const { cases, notes } = await read(
    'junit',
    `<!DOCTYPE x [\n<!ENTITY l0 "lol">\n${lines}\n<!ENTITY file SYSTEM "file:///etc/hostname">\n]>\n<testsuite name="s"><testcase name="a"><failure>&l9;&file;</failure></testcase></testsuite>`,
  );
  expect(cases).toMatchObject([{ name: 'a', output: '&l9;&file;' }]);
  expect(notes.map(({ text }) => text)).toEqual([expect.stringContaining('entity'), expect.stringContaining('entity')]);
});

test('an attribute of 100 MB is not collected: after the first of it no more is asked for', async () => {
  let taken = 0;
  function* file() {
    for (const piece of repeated(
      '<testsuite>\n<testcase name="one"/><testcase name="',
      'x'.repeat(1_048_576),
      100,
      '"/>',
    )) {
      taken += 1;
      yield piece;
    }
  }
  const { cases, notes } = await readResults('junit', file());
  expect(cases).toMatchObject([{ name: 'one' }]);
  expect(notes).toMatchObject([{ line: 2, text: expect.stringContaining('longer than') }]);
  expect(taken).toBeLessThan(5);
});

test('much output, many cases, deep elements, many attributes and what is no XML at all stay within the limits', async () => {
  const output = await readResults(
    'junit',
    repeated(
      '<testsuite><testcase name="a"><system-out>begin ',
      'x'.repeat(65_536),
      300,
      ' end</system-out></testcase></testsuite>',
    ),
  );
  expect(output.cases[0]?.output).toMatch(/^begin x+\n… \d+ characters left out …\nx+ end$/);
  expect(output.cases[0]?.output?.length).toBeLessThan(8200);

  const many = '<testcase name="a"><failure message="0123456789"/></testcase>'.repeat(50);
  const limited = await read('junit', `<testsuite>${many}</testsuite>`, { entries: 20, keptCharacters: 95 });
  expect(limited.cases).toHaveLength(20);
  expect(limited.leftOut).toBe(30);
  expect(limited.cases.filter(({ message }) => message !== null)).toHaveLength(10);

  const deep = await read('junit', `<testcase name="a"/>${'<testsuite name="d">'.repeat(200)}`);
  expect(deep.notes.at(-1)?.text).toContain('deep');
  const wide = await read('junit', `<testsuite ${Array.from({ length: 1200 }, (_, i) => `a${i}="1"`).join(' ')}/>`);
  expect(wide.notes.at(-1)?.text).toContain('attributes');

  const noise = await readResults('junit', repeated('', 'no xml at all\0\n'.repeat(1000), 1000, ''));
  expect(noise.cases).toEqual([]);
  expect(noise.notes.length).toBeGreaterThan(0);
  expect(noise.notes.length).toBeLessThanOrEqual(20);
});
