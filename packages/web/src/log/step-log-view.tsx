// The log of one step in a panel of its own: only the lines in sight are in the page, however long it is.
import { pathOf, type RunDetail, type Step } from '@signalbox/protocol/browser';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type CSSProperties, useMemo, useRef, useState } from 'react';
import { useKeys } from '../parts/keys.ts';
import { HoleRow } from './hole-row.tsx';
import { holds } from './line-range.ts';
import { LogBar, nextError } from './log-bar.tsx';
import { LogLine } from './log-line.tsx';
import { LogState } from './log-state.tsx';
import type { StepLog } from './step-log.ts';
import styles from './step-log-view.module.css';
import { useFirstPlace } from './use-first-place.ts';
import { useFollow } from './use-follow.ts';
import { useLineRange } from './use-line-range.ts';
import { bringUp, usePanelHeight } from './use-panel-height.ts';
import { useStepLog } from './use-step-log.ts';

const lineHeight = 20;
/** Lines that are shown above the one that is gone to. */
const linesBefore = 5;
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
      {log ? <LogPanel log={log} run={run} step={step} grows={grows} /> : null}
    </div>
  );
}

type PanelProps = { readonly log: StepLog; readonly run: RunDetail; readonly step: Step; readonly grows: boolean };

function LogPanel({ log, run, step, grows }: PanelProps) {
  const { text } = log;
  const panel = useRef<HTMLDivElement>(null);
  const [wanted, setWanted] = useState<'fits' | 'whole'>('fits');
  const height = usePanelHeight(panel, wanted);
  const rows = useVirtualizer({
    count: text.rowCount,
    getScrollElement: () => panel.current,
    estimateSize: () => lineHeight,
    overscan: 24,
  });
  const [range, choose] = useLineRange(step.index);
  const running = step.state === 'running' && run.run.endedAt === null;
  const begin = running && range === null;
  const follow = useFollow(panel, { grows, begin, lastLine: text.lastLine, height: rows.getTotalSize() });
  const [atError, setAtError] = useState<number | null>(null);
  const show = (line: number) => {
    const row = text.rowOf(line);
    if (height?.whole) bringUp(panel.current);
    if (row !== null) rows.scrollToIndex(Math.max(0, row - linesBefore), { align: 'start' });
  };
  const goTo = (line: number) => {
    follow.letGo();
    setAtError(line);
    show(line);
  };
  const failed = step.state === 'failed' || step.state === 'errored';
  useFirstPlace({ log, range, failed, ready: height !== null, show });
  // In a step that passed, a line with "error:" in it is mostly a test of errors: it is marked only once asked for.
  const errors = text.errorLines;
  const marked = useMemo(() => new Set(failed || atError !== null ? errors : []), [errors, failed, atError]);
  const toggleFollow = () => (follow.following ? follow.letGo() : follow.hold());
  const toggleWhole = () => {
    setWanted(wanted === 'whole' ? 'fits' : 'whole');
    requestAnimationFrame(() => bringUp(panel.current));
  };
  useKeys({
    n: () => errors.length > 0 && goTo(nextError(errors, atError, 1)),
    p: () => errors.length > 0 && goTo(nextError(errors, atError, -1)),
    f: () => grows && toggleFollow(),
  });
  // On a small window the panel takes all of it anyway.
  const canGrow = wanted === 'whole' || (height !== null && !height.whole && rows.getTotalSize() > height.height);
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
        whole={height?.whole ?? false}
        toggleWhole={canGrow ? toggleWhole : null}
        rawHref={pathOf('read-log', { run: run.run.id, step: step.index }, { limit: rawLimit })}
      />
      <div
        ref={panel}
        className={styles['panel']}
        style={{ maxHeight: height?.height, '--digits': Math.max(3, String(text.lastLine).length) } as CSSProperties}
        role="log"
        aria-live="off"
        aria-label={`Log of ${step.name}`}
      >
        <div className={styles['rows']} style={{ height: rows.getTotalSize() }}>
          <div style={{ transform: `translateY(${items[0]?.start ?? 0}px)` }}>
            {items.map((item) => {
              const row = text.row(item.index);
              return (
                <div key={item.key} data-index={item.index} ref={rows.measureElement}>
                  {row?.kind === 'line' ? (
                    <LogLine
                      line={row.line}
                      number={row.number}
                      chosen={holds(range, row.number)}
                      error={marked.has(row.number)}
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
      </div>
      {grows && follow.unseen > 0 ? (
        <button type="button" className={styles['unseen']} onClick={follow.hold}>
          +{follow.unseen.toLocaleString('en')} new {follow.unseen === 1 ? 'line' : 'lines'} ↓
        </button>
      ) : null}
      <LogState log={log} step={step} grows={grows} />
    </>
  );
}
