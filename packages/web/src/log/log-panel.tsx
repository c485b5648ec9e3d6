// The panel of a log: its bar, the rows in sight, and what moves them: following, searching, folding, going to errors.
import { pathOf, type RunDetail, type Step } from '@signalbox/protocol/browser';
import { type CSSProperties, useEffect, useMemo, useRef, useState } from 'react';
import { ChosenActions } from './chosen-actions.tsx';
import { CompareView } from './compare-view.tsx';
import type { FirstPlace } from './first-place.ts';
import { LogBar } from './log-bar.tsx';
import { LogRows } from './log-rows.tsx';
import { LogState } from './log-state.tsx';
import { nextOf } from './next-of.ts';
import { rowsOfSome } from './row-map.ts';
import { SearchField } from './search-field.tsx';
import type { StepLog } from './step-log.ts';
import styles from './step-log-view.module.css';
import { nextMode } from './time-chooser.tsx';
import { useCleanCopy } from './use-clean-copy.ts';
import type { StepErrors } from './use-error-lines.ts';
import { useFirstMatch } from './use-first-match.ts';
import { useFolds } from './use-folds.ts';
import { useFollow } from './use-follow.ts';
import type { ChosenLines } from './use-line-range.ts';
import { useLogKeys } from './use-log-keys.ts';
import { bringIntoSight, bringUp, usePanelHeight } from './use-panel-height.ts';
import { rowHeight, useRows } from './use-rows.ts';
import { useSearch } from './use-search.ts';
import { useViewChoices } from './use-view-choices.ts';
import { useWish } from './use-wish.ts';

/** Lines that are shown above the one that is gone to. */
const linesAbove = 5;

type Props = {
  readonly log: StepLog;
  readonly run: RunDetail;
  readonly step: Step;
  readonly grows: boolean;
  readonly errors: StepErrors;
  readonly jobName: string;
  readonly begin: FirstPlace;
  readonly chosen: ChosenLines;
};

export function LogPanel({ log, run, step, grows, errors, jobName, begin, chosen: { range, choose } }: Props) {
  const panel = useRef<HTMLDivElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const { lines } = log;
  const [wanted, setWanted] = useState<'fits' | 'whole'>('fits');
  const height = usePanelHeight(panel, wanted);
  const panelHeight = height?.height ?? 600;
  const follow = useFollow(panel, { grows, begin: begin.kind === 'end' && grows, lastLine: lines.last });
  log.atEnd = follow.following;

  const failed = step.state === 'failed' || step.state === 'errored';
  // A log that opened at its first error has gone to it.
  const [at, setAt] = useState(failed && begin.kind === 'line' && errors.lines[0] === begin.line ? begin.line : null);
  const opens = failed ? errors.lines : noLines;
  const openLast = grows || (failed && errors.lines.length === 0);
  const folds = useFolds({ log, errors: opens, range, at, openLast });
  const search = useSearch(run.run.id, step.index, lines.last);
  // biome-ignore lint/correctness/useExhaustiveDependencies: hits are added to the same list; their number says that there are more.
  const hits = useMemo(
    () => new Map(search.result?.hits.map((hit) => [hit.line, hit])),
    [search.result, search.result?.hits.length],
  );
  const { onlyMatches } = search;
  const map = useMemo(() => (onlyMatches ? rowsOfSome([...hits.keys()]) : folds.map), [onlyMatches, hits, folds.map]);
  const rows = useRows({ panel, map, panelHeight, following: follow.following, begin, rowsAbove: linesAbove });
  useWish({ log, rows, map, onlyMatches: search.onlyMatches, folds });

  const show = (line: number) => {
    bringIntoSight(panel.current);
    rows.show(line, linesAbove);
  };
  const goTo = (line: number | null) => {
    if (line === null) return;
    follow.letGo();
    setAt(line);
    show(line);
  };
  const from = at ?? range?.from ?? null;
  const goToError = (by: 1 | -1) => goTo(nextOf(errors.lines, from, by));
  const goToMatch = (by: 1 | -1) => goTo(nextOf([...hits.keys()], at ?? rows.firstInSight() - 1, by));
  useFirstMatch({
    lines: [...hits.keys()],
    text: search.terms.text,
    beganAtLines: range !== null,
    goTo: (found) => goTo(nextOf(found, at === null ? null : at - 1, 1)),
  });

  // The address may name other lines while the log is open: a link in a page, or a step back in its history.
  const firstRange = useRef(range);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when the lines change, not when rows move.
  useEffect(() => {
    if (range === firstRange.current) return;
    firstRange.current = range;
    if (range && !rows.isInSight(range.from)) goTo(range.from);
  }, [range]);

  // Who comes by a link to lines wants to see them; who comes to a job, its verdict first.
  const isMeasured = height !== null;
  useEffect(() => {
    if (isMeasured && firstRange.current) bringIntoSight(panel.current);
  }, [isMeasured]);

  // In a step that passed, a line with "error:" in it is mostly a test of errors: it is marked only once asked for.
  const marked = useMemo(() => new Set(failed || at !== null ? errors.lines : []), [errors.lines, failed, at]);
  const { times, chooseTimes, isComparing, toggleCompare } = useViewChoices(run.run.id, step.index);
  const toggleFollow = () => (follow.following ? follow.letGo() : follow.hold());
  const toggleWhole = () => {
    setWanted(wanted === 'whole' ? 'fits' : 'whole');
    requestAnimationFrame(() => bringUp(panel.current));
  };
  useCleanCopy(panel);
  useLogKeys({
    isHidden: isComparing,
    input,
    goToError,
    goToMatch,
    toggleFollow: () => grows && toggleFollow(),
    toggleSections: folds.toggleAll,
    nextTimes: () => log.hasTimes && chooseTimes(nextMode(times)),
    onlyMatches: () => search.terms.text !== '' && search.showOnly(!search.onlyMatches),
    toStart: () => goToEdge(1),
    compare: () => !grows && toggleCompare(),
    toEnd: () => (grows ? follow.hold() : rows.showEnd()),
    chooseHere: () => choose(at ?? rows.firstInSight(), false),
    extend: (by) => range && choose(Math.max(1, Math.min(lines.last, range.to + by)), true),
  });
  const goToEdge = (line: number) => {
    follow.letGo();
    rows.show(line);
  };
  const matchAt = at === null ? -1 : [...hits.keys()].indexOf(at);
  const whole = map.count * rowHeight;
  // On a small window the panel takes all of it anyway.
  const canGrow = wanted === 'whole' || (height !== null && !height.whole && whole > height.height);
  return (
    <>
      <LogBar
        lines={lines.last}
        sizeBytes={log.sizeBytes}
        errors={errors.lines}
        errorsUpTo={errors.stoppedAt}
        at={at}
        goToError={goToError}
        grows={grows}
        following={follow.following}
        toggleFollow={toggleFollow}
        sections={folds.count > 0 ? folds : null}
        times={log.hasTimes ? { mode: times, choose: chooseTimes } : null}
        compare={grows ? null : { isOpen: isComparing, toggle: toggleCompare }}
        whole={height?.whole ?? false}
        toggleWhole={canGrow ? toggleWhole : null}
        rawHref={pathOf('read-log', { run: run.run.id, step: step.index })}
        search={<SearchField search={search} input={input} at={matchAt < 0 ? null : matchAt} goTo={goToMatch} />}
      />
      {isComparing ? <CompareView run={run.run.id} /> : null}
      <div
        ref={panel}
        hidden={isComparing}
        className={styles['panel']}
        style={
          {
            maxHeight: height?.height,
            '--digits': Math.max(3, String(lines.last).length),
            '--time-characters': times === 'absolute' ? 12 : 9,
          } as CSSProperties
        }
        role="log"
        aria-live="off"
        aria-label={`Log of ${step.name}`}
        tabIndex={whole > panelHeight ? 0 : undefined}
      >
        <div ref={rows.whole} className={styles['whole']}>
          <div ref={rows.window} className={styles['window']}>
            <LogRows
              log={log}
              run={run}
              step={step}
              folds={folds}
              rows={rows}
              lineOf={map.lineOf}
              search={search}
              hits={hits}
              errors={marked}
              range={range}
              at={at}
              times={times}
              choose={choose}
            />
          </div>
        </div>
      </div>
      <div className={styles['over']}>
        {range && !isComparing ? <ChosenActions range={range} run={run} step={step} jobName={jobName} /> : null}
        {grows && follow.unseen > 0 ? (
          <button type="button" className={styles['unseen']} onClick={follow.hold}>
            +{follow.unseen.toLocaleString('en')} new {follow.unseen === 1 ? 'line' : 'lines'} ↓
          </button>
        ) : null}
      </div>
      <p className={styles['said']} role="status">
        {at === null ? '' : `Line ${at}${marked.has(at) ? ', error' : ''}`}
      </p>
      <LogState log={log} step={step} grows={grows} found={search.onlyMatches ? map.count : null} />
    </>
  );
}

const noLines: readonly number[] = [];
