// `3 failed · 87 % · 12 in progress`: how a push stands, with a thin line that fills as its jobs end.
import type { JobBrief } from '@signalbox/protocol/browser';
import { useMemo } from 'react';
import { summaryOf } from './summary.ts';
import styles from './summary-line.module.css';

export function SummaryLine({ jobs }: { jobs: readonly JobBrief[] }) {
  const summary = useMemo(() => summaryOf(jobs), [jobs]);
  return (
    <div className={styles['summary']}>
      <p className={styles['parts']}>
        {summary.parts.map((part) => (
          <span key={part.text} className={part.stand ? styles[part.stand] : undefined}>
            {part.text}
          </span>
        ))}
      </p>
      {summary.percent < 100 ? (
        <div className={styles['line']} aria-hidden="true">
          <div style={{ width: `${summary.percent}%` }} />
        </div>
      ) : null}
    </div>
  );
}
