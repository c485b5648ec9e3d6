// The first error line of a run that failed, under its verdict: what people came to read, and a link to where it stands.
import type { RunDetail } from '@signalbox/protocol/browser';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { errorLinesQuery } from '../api/queries.ts';
import { formatRange } from '../log/line-range.ts';
import styles from './job-header.module.css';

export function FirstError({ run: { run } }: { run: RunDetail }) {
  const { data } = useQuery(errorLinesQuery(run.id));
  const failed = run.steps.find(({ state }) => state === 'failed' || state === 'errored');
  const first = data?.items.find(({ step }) => step === failed?.index);
  if (!first || !failed) return null;
  return (
    <p className={styles['error']}>
      <Link
        from="/jobs/$job"
        search={(old) => ({ ...old, run: run.id, step: first.step, compare: undefined, only: undefined })}
        hash={formatRange({ from: first.line, to: first.line })}
        hashScrollIntoView={false}
        resetScroll={false}
        title={`To line ${first.line} of ${failed.name}`}
      >
        {first.text}
      </Link>
    </p>
  );
}
