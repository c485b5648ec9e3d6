// Jobs that a push could have had and does not, each with the reason; folded, since it is asked for rarely.
import type { LeftOut } from '@signalbox/protocol/browser';
import { counted } from '../text/size.ts';
import styles from './left-out.module.css';

export function LeftOutList({ leftOut, open }: { leftOut: readonly LeftOut[]; open?: boolean }) {
  if (leftOut.length === 0) return null;
  const byReason = new Map<string, LeftOut[]>();
  for (const one of leftOut) byReason.set(one.reason, [...(byReason.get(one.reason) ?? []), one]);
  return (
    <details className={styles['left-out']} open={open}>
      <summary>{counted(leftOut.length, 'job')} left out</summary>
      <dl>
        {[...byReason].map(([reason, jobs]) => (
          <div key={reason}>
            <dt>{reason}</dt>
            <dd>
              {jobs.map((job) => (
                <span key={job.name} title={`Decided in line ${job.line} of ${job.file ?? '.signalbox.yml'}`}>
                  {job.name} <small>line {job.line}</small>
                </span>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
