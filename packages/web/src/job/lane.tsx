// The same job at earlier pushes: small cells, the oldest first, each a link.
import type { JobDetail, Verdict } from '@signalbox/protocol/browser';
import { Link } from '@tanstack/react-router';
import { type Stand, standSigns, standWords } from '../text/stand.ts';
import styles from './lane.module.css';

export function Lane({ history }: { history: JobDetail['history'] }) {
  return (
    <ol className={styles['lane']}>
      {[...history].reverse().map((cell) => {
        const stand = (cell.state === 'done' ? (cell.verdict as Verdict | null) : (cell.state as Stand)) ?? 'skipped';
        return (
          <li key={cell.jobId}>
            <Link
              to="/jobs/$job"
              params={{ job: String(cell.jobId) }}
              className={styles[stand]}
              title={`push ${cell.pushId}: ${standWords[stand]}`}
              aria-label={`push ${cell.pushId}: ${standWords[stand]}`}
            >
              {standSigns[stand]}
            </Link>
          </li>
        );
      })}
    </ol>
  );
}
