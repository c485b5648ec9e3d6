// Compares the logs of one step in two runs, line by line, with little memory: where they part, it looks for where they meet again.

import type { Patience } from '../patience.ts';
import { type ComparedLine, isSame, keyOf, type LineWindow, textOf } from './compared-lines.ts';
import { type Meeting, meet } from './meet.ts';
import { createMoved, type Moved } from './moved.ts';

export type CompareLimits = {
  readonly windowLines: number;
  readonly windowBytes: number;
  /** Lines shown of a difference, on each side. */
  readonly shownLines: number;
};
export type StepDifference = {
  readonly line: number;
  readonly thereLine: number;
  lines: number;
  thereLines: number;
  readonly before: readonly string[];
  readonly here: string[];
  readonly there: string[];
  moved: boolean;
};
export type StepComparison = {
  readonly here: LineWindow;
  readonly there: LineWindow;
  readonly limits: CompareLimits;
  readonly patience: Patience;
  /** Differences wanted at most. */
  readonly limit: number;
  readonly differences: StepDifference[];
  comparedLines: number;
  comparedBytes: number;
};

/** False when it stopped before the end: `here.place` and `there.place` say where to go on. It always does something first. */
export async function compareStep(comparison: StepComparison): Promise<boolean> {
  const { here, there, patience, differences, limit } = comparison;
  const moved = createMoved();
  let before: ComparedLine[] = [];
  for (;;) {
    await Promise.all([here.reach(1, 1), there.reach(1, 1)]);
    if (here.isOver && there.isOver) return true;
    if (differences.length >= limit) return false;
    const alike = countAlike(comparison);
    before = lastOf(here, alike, before);
    letGo(comparison, alike, alike);
    if (patience.isLong()) await patience.letOthers();
    const isApart = alike < mostAtOnce && (here.length > 0 || here.isOver) && (there.length > 0 || there.isOver);
    if (isApart && !(here.isOver && there.isOver)) await takeDifference(comparison, before, moved);
    if (patience.isOver()) return here.isOver && there.isOver;
  }
}

/** Some milliseconds, then others get their turn. */
const mostAtOnce = 512;
const linesBefore = 3;

function countAlike({ here, there }: StepComparison): number {
  const most = Math.min(here.length, there.length, mostAtOnce);
  let alike = 0;
  while (alike < most && isSame(here.at(alike), there.at(alike))) alike++;
  return alike;
}

function lastOf(here: LineWindow, alike: number, before: readonly ComparedLine[]): ComparedLine[] {
  const fresh: ComparedLine[] = [];
  for (let at = Math.max(0, alike - linesBefore); at < alike; at++) fresh.push(here.at(at));
  return [...before, ...fresh].slice(-linesBefore);
}

function letGo(comparison: StepComparison, here: number, there: number): void {
  comparison.comparedBytes += comparison.here.drop(here) + comparison.there.drop(there);
  comparison.comparedLines += here;
}

async function takeDifference(
  comparison: StepComparison,
  before: readonly ComparedLine[],
  moved: Moved,
): Promise<void> {
  const { here, there, limits, patience, differences } = comparison;
  const difference: StepDifference = {
    line: here.place.line,
    thereLine: there.place.line,
    lines: 0,
    thereLines: 0,
    before: before.map(textOf),
    here: [],
    there: [],
    moved: false,
  };
  differences.push(difference);
  const keys = { here: [] as string[], there: [] as string[] };
  for (;;) {
    const { here: mine, there: theirs, isMet } = await nextMeeting(comparison);
    for (let at = 0; at < mine; at++) {
      if (difference.here.length < limits.shownLines) difference.here.push(textOf(here.at(at)));
      if (keys.here.length < mostMoved) keys.here.push(keyOf(here.at(at)));
    }
    for (let at = 0; at < theirs; at++) {
      if (difference.there.length < limits.shownLines) difference.there.push(textOf(there.at(at)));
      if (keys.there.length < mostMoved) keys.there.push(keyOf(there.at(at)));
    }
    difference.lines += mine;
    difference.thereLines += theirs;
    letGo(comparison, mine, theirs);
    if (patience.isLong()) await patience.letOthers();
    if (isMet || patience.isOver()) break;
  }
  const isSmall = difference.lines < mostMoved && difference.thereLines < mostMoved;
  difference.moved = moved.look(keys, here, there) && isSmall;
}

/** A longer difference is none of order. */
const mostMoved = 200;

type Found = Meeting & { readonly isMet: boolean };

/** Small windows first: most differences are short, and a look at a large window costs. */
async function nextMeeting({ here, there, limits, patience }: StepComparison): Promise<Found> {
  for (const [lines, enough] of [
    [32, 3],
    [512, 3],
    [limits.windowLines, 1],
  ] as const) {
    await Promise.all([here.reach(lines, limits.windowBytes), there.reach(lines, limits.windowBytes)]);
    const isAll = here.isWhole && there.isWhole && here.length <= lines && there.length <= lines;
    const mine = await keysIn(here, lines, patience);
    const theirs = await keysIn(there, lines, patience);
    const found = meet(mine, theirs, { enough: isAll ? 1 : enough, isAll });
    if (found) return { ...found, isMet: true };
    if (isAll) return { here: mine.length, there: theirs.length, isMet: true };
  }
  return { ...passOver(here, there, limits.windowLines), isMet: false };
}

async function keysIn(window: LineWindow, lines: number, patience: Patience): Promise<string[]> {
  const keys: string[] = [];
  for (let at = 0; at < Math.min(lines, window.length); at++) {
    keys.push(keyOf(window.at(at)));
    if (at % 64 === 0 && patience.isLong()) await patience.letOthers();
  }
  return keys;
}

/** They do not meet in sight. The longer log has more in between, most likely: it moves on alone, until as much is left of both. */
function passOver(here: LineWindow, there: LineWindow, lines: number): Meeting {
  const mine = Math.min(lines, here.length);
  const theirs = Math.min(lines, there.length);
  if (mine === 0 || theirs === 0) return { here: mine, there: theirs };
  if (here.bytesLeft > there.bytesLeft * muchMore) return { here: mine, there: 0 };
  if (there.bytesLeft > here.bytesLeft * muchMore) return { here: 0, there: theirs };
  return { here: mine, there: theirs };
}

const muchMore = 1.02;
