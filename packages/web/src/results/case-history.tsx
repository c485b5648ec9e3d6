// How a case went in the runs of its lane before: small cells, the oldest first, each a link to its job.
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { caseSigns } from './case-state.tsx';
import styles from './results.module.css';
import { caseHistoryQuery } from './results-queries.ts';

export function CaseHistoryStrip({ runId, caseId }: { runId: number; caseId: number }) {
  const { data } = useQuery(caseHistoryQuery(runId, caseId));
  if (!data || data.items.length === 0) return null;
  return (
    <div className={styles['history']}>
      <span>In this lane</span>
      <ol>
        {data.items.toReversed().map(({ runId: told, jobId, state, revision, attempt }) => {
          const words = `${state} at ${revision.slice(0, 8)}${attempt > 1 ? `, attempt ${attempt}` : ''}`;
          return (
            <li key={told}>
              <Link
                to="/jobs/$job"
                params={{ job: String(jobId) }}
                search={{ run: told }}
                className={styles[state]}
                aria-current={told === runId ? 'true' : undefined}
                title={words}
                aria-label={words}
              >
                {caseSigns[state]}
              </Link>
            </li>
          );
        })}
      </ol>
    </div>
  );
}
