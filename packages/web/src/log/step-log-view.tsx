// The log of one step: only the lines in sight are in the page, however long it is; it scrolls with the window.
import { pathOf, type RunDetail, type Step } from '@signalbox/protocol/browser';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useLayoutEffect, useMemo, useRef, useState } from 'react';
import { Button } from '../parts/button.tsx';
import { useKeys } from '../parts/keys.ts';
import { HoleRow } from './hole-row.tsx';
import { holds } from './line-range.ts';
import { LogBar, nextError } from './log-bar.tsx';
import { LogLine } from './log-line.tsx';
import type { StepLog } from './step-log.ts';
import styles from './step-log-view.module.css';
import { useFirstPlace } from './use-first-place.ts';
import { useFollow } from './use-follow.ts';
import { useLineRange } from './use-line-range.ts';
import { useStepLog } from './use-step-log.ts';

const lineHeight = 20;
const rawLimit = 8_388_608;

type Props = { readonly run: RunDetail; readonly step: Step; readonly script: string | null };

export function StepLogView({ run, step, script }: Props) {
  const known = run.logs.find((log) => log.step === step.index) ?? { sizeBytes: 0, lines: 0 };
  const grows = run.run.endedAt === null ? step.endedAt === null : run.logState !== 'sealed';
  const log = useStepLog(run.run.id, step.index, known, grows);
  return (
    <div className={styles['log']}>
      {script?.trim().includes('\n') ? (
        <details className={styles['script']}>
          <summary>Script</summary>
          <pre>{script.trim()}</pre>
        </details>
      ) : null}
      {log ? <LogRows log={log} run={run} step={step} grows={grows} /> : null}
    </div>
  );
}

type RowsProps = { readonly log: StepLog; readonly run: RunDetail; readonly step: Step; readonly grows: boolean };

function LogRows({ log, run, step, grows }: RowsProps) {
  const { text } = log;
  const list = useRef<HTMLDivElement>(null);
  const [margin, setMargin] = useState(0);
  const rows = useWindowVirtualizer({
    count: text.rowCount,
    estimateSize: () => lineHeight,
    overscan: 24,
    scrollMargin: margin,
  });
  // What stands above may grow or shrink at any time, so the place of the list is measured at each drawing.
  useLayoutEffect(() => {
    const top = (list.current?.getBoundingClientRect().top ?? 0) + window.scrollY;
    if (Math.abs(top - margin) > 0.5) setMargin(top);
  });
  const [range, choose] = useLineRange(step.index);
  const running = step.state === 'running' && run.run.endedAt === null;
  const follow = useFollow(list, {
    grows,
    begin: running && range === null,
    lastLine: text.lastLine,
    height: rows.getTotalSize(),
  });
  const [atError, setAtError] = useState<number | null>(null);
  const show = (line: number) => {
    const row = text.rowOf(line);
    if (row !== null) rows.scrollToIndex(row, { align: 'center' });
  };
  const goTo = (line: number) => {
    follow.letGo();
    setAtError(line);
    show(line);
  };
  const failed = step.state === 'failed' || step.state === 'errored';
  useFirstPlace({ log, range, failed, ready: margin > 0, list, show });
  const errors = failed || atError !== null ? text.errorLines : running ? [] : text.errorLines;
  const errorSet = useMemo(() => new Set(errors), [errors]);
  const toggleFollow = () => (follow.following ? follow.letGo() : follow.hold());
  useKeys({
    n: () => errors.length > 0 && goTo(nextError(errors, atError, 1)),
    p: () => errors.length > 0 && goTo(nextError(errors, atError, -1)),
    f: () => grows && toggleFollow(),
  });
  const items = rows.getVirtualItems();
  return (
    <>
      <LogBar
        lines={text.lastLine}
        sizeBytes={log.size}
        errors={errors}
        at={atError}
        goTo={goTo}
        grows={grows}
        following={follow.following}
        toggleFollow={toggleFollow}
        rawHref={pathOf('read-log', { run: run.run.id, step: step.index }, { limit: rawLimit })}
      />
      <div
        ref={list}
        className={styles['rows']}
        style={{ height: rows.getTotalSize() }}
        role="log"
        aria-live="off"
        aria-label={`Log of ${step.name}`}
      >
        <div style={{ transform: `translateY(${(items[0]?.start ?? margin) - margin}px)` }}>
          {items.map((item) => {
            const row = text.row(item.index);
            return (
              <div key={item.key} data-index={item.index} ref={rows.measureElement}>
                {row?.kind === 'line' ? (
                  <LogLine
                    line={row.line}
                    number={row.number}
                    chosen={holds(range, row.number)}
                    error={errorSet.has(row.number)}
                    onNumber={choose}
                  />
                ) : row ? (
                  <HoleRow hole={row} log={log} />
                ) : null}
              </div>
            );
          })}
        </div>
      </div>
      <LogState log={log} step={step} grows={grows} />
      {grows && follow.unseen > 0 ? (
        <button type="button" className={styles['unseen']} onClick={follow.hold}>
          +{follow.unseen.toLocaleString('en')} new {follow.unseen === 1 ? 'line' : 'lines'} ↓
        </button>
      ) : null}
    </>
  );
}

function LogState({ log, step, grows }: { log: StepLog; step: Step; grows: boolean }) {
  if (log.state === 'failed') {
    return (
      <p className={styles['problem']} role="alert">
        The log could not be read: {log.problem} <Button onPress={() => void log.more()}>Try again</Button>
      </p>
    );
  }
  if (log.text.rowCount > 0) return null;
  if (log.state === 'reading') return <p className={styles['state']}>Reading the log…</p>;
  if (step.state === 'waiting') return <p className={styles['state']}>This step has not begun.</p>;
  if (step.state === 'skipped') return <p className={styles['state']}>This step was skipped.</p>;
  return <p className={styles['state']}>{grows ? 'Nothing printed yet.' : 'This step printed nothing.'}</p>;
}
