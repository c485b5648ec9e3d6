// The rows of a log that are in the page: lines, and lines that name a section.
import type { RunDetail, Step } from '@signalbox/protocol/browser';
import { type LogHit, pathOf } from '@signalbox/protocol/browser';
import { useCallback } from 'react';
import { client } from '../api/client.ts';
import { holds, type LineRange } from './line-range.ts';
import type { Line } from './lines.ts';
import { LogLine } from './log-line.tsx';
import { mostOfLine } from './long-line.tsx';
import { type Match, placesOf } from './matches.ts';
import { SectionHead } from './section-head.tsx';
import { plainOf } from './spans.ts';
import type { StepLog } from './step-log.ts';
import { slowGap, type TimeMode, timeText } from './times.ts';
import type { Folds } from './use-folds.ts';
import type { Rows } from './use-rows.ts';
import type { Search } from './use-search.ts';

type Props = {
  readonly log: StepLog;
  readonly run: RunDetail;
  readonly step: Step;
  readonly folds: Folds;
  readonly rows: Rows;
  readonly lineOf: (row: number) => number;
  readonly search: Search;
  /** Of the search, by line. */
  readonly hits: ReadonlyMap<number, LogHit>;
  readonly errors: ReadonlySet<number>;
  readonly range: LineRange | null;
  readonly at: number | null;
  readonly times: TimeMode;
  readonly choose: (line: number, extend: boolean) => void;
};

const none: readonly Match[] = [];

export function LogRows(props: Props) {
  const { log, run, step, folds, rows, lineOf, search, hits, errors, range, at, times, choose } = props;
  const params = { run: run.run.id, step: step.index };
  const readRest = useCallback(
    async (line: number, length: number) => {
      // Of characters beyond ASCII fewer come: there is always more to ask for.
      const query = { lines: `${line}`, limit: Math.min(mostOfLine, length) };
      const response = await client.call('read-log', { params: { run: run.run.id, step: step.index }, query });
      return (await response.text()).replace(/\r?\n$/, '');
    },
    [run.run.id, step.index],
  );
  const start = step.startedAt ? Date.parse(step.startedAt) : null;
  const numbers = Array.from({ length: Math.max(0, rows.end - rows.first) }, (_, index) => lineOf(rows.first + index));
  return numbers.map((number) => {
    const hit = hits.get(number);
    const line = search.onlyMatches && hit ? lineOfHit(hit) : log.lines.line(number);
    const section = search.onlyMatches ? undefined : folds.sectionAt(number);
    const printed = line?.at ?? null;
    const before = search.onlyMatches ? null : (log.lines.line(number - 1)?.at ?? null);
    return (
      <div key={number} data-line={number}>
        <LogLine
          line={line}
          number={number}
          chosen={holds(range, number)}
          error={errors.has(number)}
          current={at === number}
          quiet={isMark(log, number)}
          matches={line && search.terms.text !== '' ? matchesOf(line, search, hit) : none}
          time={times === 'none' ? null : timeText(times, printed, before, start)}
          gap={slowGap(printed, before)}
          onNumber={choose}
          readRest={line && 'isHit' in line ? null : readRest}
          rawHref={pathOf('read-log', params, { lines: number, limit: mostRaw })}
        >
          {section ? (
            <SectionHead
              section={section}
              isOpen={folds.isOpen(section)}
              lastLine={log.lines.last}
              errors={errorsIn(section, errors)}
              toggle={folds.toggle}
            />
          ) : null}
        </LogLine>
      </div>
    );
  });
}

const mostRaw = 8_388_608;

/** It says nothing but where a section ends, or that it is open. */
function isMark(log: StepLog, number: number): boolean {
  return log.markers.get(number)?.every(({ kind }) => kind === 'end' || kind === 'open-last') ?? false;
}

function errorsIn({ line, end }: { line: number; end: number }, errors: ReadonlySet<number>): number {
  let count = 0;
  for (const error of errors) if (error >= line && error <= end) count++;
  return count;
}

/** A text is marked wherever it stands; of an expression the server said where it matched first. */
function matchesOf(line: Line, { terms }: Search, hit: LogHit | undefined): readonly Match[] {
  if (!terms.isExpression) return placesOf(plainOf(line.text), terms.text, !terms.matchCase);
  if (!hit) return none;
  const found = plainOf(hit.text.slice(hit.from, hit.to));
  // Nearest to where it was: codes and what `\r` wrote over have moved it.
  const near = plainOf(hit.text.slice(0, hit.from)).length;
  const places = hit.textByte === hit.startByte ? placesOf(plainOf(line.text), found, false) : none;
  const match = places.find(({ from }) => from >= near) ?? places.at(-1);
  return match ? [match] : none;
}

/** What the server sent of a line that was found, so that a line shown alone need not be read again. */
function lineOfHit(hit: LogHit): Line & { isHit: true } {
  const text = hit.textByte > hit.startByte ? `… ${hit.text}` : hit.text;
  return { text: hit.whole ? text : `${text} …`, style: '', cut: 0, at: null, isHit: true };
}
