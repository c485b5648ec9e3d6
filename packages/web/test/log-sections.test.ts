// Sections that tools mark in their logs: what is a mark, which end belongs to which start, what is open and what is hidden.
import { type Client, Refused } from '@signalbox/protocol/browser';
import { describe, expect, test, vi } from 'vitest';
import { findSections } from '../src/log/find-sections.ts';
import { hiddenLines } from '../src/log/folds.ts';
import { rowsOfAll, rowsOfSome } from '../src/log/row-map.ts';
import { markersOf, type Section, sectionsAsSeen, sectionsOf } from '../src/log/sections.ts';
import { SeenLines } from '../src/log/seen-lines.ts';

const sections = (...lines: string[]) =>
  sectionsOf(lines.flatMap((line, index) => markersOf(line, index + 1))).map(({ title, line, end, open, depth }) => {
    return `${'  '.repeat(depth)}${title} ${line}-${end}${open === null ? '' : open ? ' open' : ' closed'}`;
  });

describe('sections', () => {
  test('of Buildkite end where the next begins, +++ is open, and ^^^ +++ opens the one before', () => {
    expect(sections('--- :npm: Install', 'a', '+++ Test', 'b', '~~~ Clean up', '^^^ +++', 'c')).toEqual([
      ':npm: Install 1-2',
      'Test 3-4 open',
      'Clean up 5-Infinity open',
    ]);
    expect(sections('\x1b[33m--- coloured\x1b[0m', 'x')).toEqual(['coloured 1-Infinity']);
  });

  test('are not made of differences between files, of yaml, of lines drawn or of the cases of go test', () => {
    expect(
      sections('--- a/main.c', '+++ b/main.c', '@@ -1 +1 @@', '---', '---------- x', '--- FAIL: TestA (0.00s)'),
    ).toEqual([]);
  });

  test('of GitHub go from ::group:: to ::endgroup::, also as a runner writes them down', () => {
    expect(sections('::group::Install', 'a', '::endgroup::', 'b', '##[group]Run tests', 'c')).toEqual([
      'Install 1-3',
      'Run tests 5-Infinity',
    ]);
    expect(sections('::group::one', '::group::two', '::endgroup::')).toEqual(['one 1-1', 'two 2-3']);
  });

  test('of GitLab have names, lie in one another, and say themselves whether they are closed', () => {
    const start = (name: string, title: string) => `\x1b[0Ksection_start:1560896352:${name}\r\x1b[0K${title}`;
    const end = (name: string) => `\x1b[0Ksection_end:1560896353:${name}\r\x1b[0K`;
    expect(
      sections(start('outer', 'Outer'), start('inner[collapsed=true]', 'Inner'), 'x', end('inner'), end('outer')),
    ).toEqual(['Outer 1-5 open', '  Inner 2-4 closed']);
    expect(sections(start('one', 'One'), 'x', end('one') + start('two', 'Two'), 'y', end('two'))).toEqual([
      'One 1-2 open',
      'Two 3-5 open',
    ]);
  });

  test('of Travis are folds with names', () => {
    expect(sections('travis_fold:start:git\r\x1b[0K$ git clone', 'x', 'travis_fold:end:git\r\x1b[0K', 'y')).toEqual([
      '$ git clone 1-3',
    ]);
  });

  test('go no further than was looked through, until their ends are known', () => {
    const seen = new SeenLines();
    const ends = () => {
      const lines = ['::group::One', 'a', 'b', '::endgroup::', '::group::Two', 'c', 'd'];
      const all = sectionsOf(lines.flatMap((line, index) => markersOf(line, index + 1)));
      return sectionsAsSeen(all, (line) => seen.endFrom(line), 7).map(({ end }) => end);
    };
    expect(ends()).toEqual([1, 5]);
    seen.add(1, 2);
    seen.add(5, 6);
    expect(ends()).toEqual([2, 6]);
    seen.add(2, 4);
    expect(ends()).toEqual([4, 6]);
    seen.add(7, 7);
    expect(ends()).toEqual([4, Number.POSITIVE_INFINITY]);
    expect([seen.endFrom(1), seen.endFrom(9)]).toEqual([7, 8]);
  });

  test('an end that nothing began closes nothing', () => {
    expect(sections('::endgroup::', 'section_end:1:x\r', '--- A', '::endgroup::', 'b')).toEqual(['A 3-Infinity']);
  });
});

describe('folds', () => {
  const three: Section[] = [
    { line: 1, end: 10, title: 'a', depth: 0, open: null },
    { line: 11, end: 20, title: 'b', depth: 0, open: true },
    { line: 21, end: Number.POSITIVE_INFINITY, title: 'c', depth: 0, open: null },
  ];
  const none = { chosen: new Map<number, boolean>(), all: null, wanted: [], openLast: false };

  test('hide what is in closed sections, but not the lines that name them', () => {
    expect(hiddenLines(three, none)).toEqual([
      { from: 2, to: 10 },
      { from: 22, to: Number.POSITIVE_INFINITY },
    ]);
  });

  test('open by themselves where something failed, and at the end of what runs', () => {
    expect(hiddenLines(three, { ...none, wanted: [5] })).toEqual([{ from: 22, to: Number.POSITIVE_INFINITY }]);
    expect(hiddenLines(three, { ...none, openLast: true })).toEqual([{ from: 2, to: 10 }]);
  });

  test('do as the reader says before anything else', () => {
    const chosen = new Map([
      [1, true],
      [11, false],
    ]);
    expect(hiddenLines(three, { ...none, wanted: [15], chosen }).map(({ from }) => from)).toEqual([12, 22]);
    // All of them, also those that are found later; then one of them again.
    expect(hiddenLines(three, { ...none, wanted: [15], all: false }).map(({ from }) => from)).toEqual([2, 12, 22]);
    expect(hiddenLines(three, { ...none, chosen, all: true }).map(({ from }) => from)).toEqual([12]);
  });
});

describe('rows', () => {
  test('and lines lead to each other, whatever is hidden', () => {
    const hidden = [
      { from: 22, to: Number.POSITIVE_INFINITY },
      { from: 2, to: 10 },
      { from: 5, to: 12 },
    ];
    const map = rowsOfAll(1000, hidden);
    const shown = [1, 13, 14, 15, 16, 17, 18, 19, 20, 21];
    expect(Array.from({ length: map.count }, (_, row) => map.lineOf(row))).toEqual(shown);
    expect(shown.map((line) => map.rowOf(line))).toEqual(shown.map((_, row) => row));
    expect([map.rowOf(7), map.rowOf(500)]).toEqual([0, 9]);
    expect([map.lineOf(10), map.lineOf(-1)]).toEqual([0, 0]);
  });

  test('of a log without folds are its lines', () => {
    const map = rowsOfAll(5_000_000, []);
    expect([map.count, map.lineOf(0), map.lineOf(4_999_999), map.rowOf(3)]).toEqual([5_000_000, 1, 5_000_000, 2]);
  });

  test('of what was found are the lines that were found', () => {
    const map = rowsOfSome([3, 90, 1000]);
    expect([map.count, map.lineOf(1), map.rowOf(90), map.rowOf(500), map.rowOf(1)]).toEqual([3, 90, 1, 1, 0]);
  });
});

test('a server that is busy is asked again for the sections of a long log', async () => {
  vi.useFakeTimers();
  let refusals = 3;
  const client = {
    server: '',
    call: async () => {
      if (refusals-- > 0) throw new Refused('too-many', '8 searches are under way here.');
      return { hits: [{ line: 7, text: '::group::Build', textByte: 0, startByte: 0 }], more: null };
    },
  } as unknown as Client;
  const found: number[] = [];
  const asked = findSections(client, { run: 1, step: 1 }, (line) => found.push(line), new AbortController().signal);
  await vi.advanceTimersByTimeAsync(5000);
  expect(await asked).toBe(true);
  expect(found).toEqual([7]);
  vi.useRealTimers();
});
