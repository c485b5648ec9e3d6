// How the log of a run differs from the last green one of its lane: first what is different, apart what has only moved.
import type { ComparedRun, LogComparison } from '@signalbox/protocol/browser';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { comparisonQuery } from '../api/queries.ts';
import { Button } from '../parts/button.tsx';
import { Ago } from '../parts/time.tsx';
import { counted } from '../text/size.ts';
import styles from './compare-view.module.css';
import { DifferenceView } from './difference-view.tsx';

const whyThatRun: Readonly<Record<NonNullable<LogComparison['chosen']>, string>> = {
  before: 'the last of this lane that passed before this push',
  branch: 'one of this lane that passed on the branch after this push',
  elsewhere: 'one of this lane that passed on another branch',
  asked: 'the run that was asked for',
};

export function CompareView({ run }: { run: number }) {
  const { data, error, isFetching, hasNextPage, fetchNextPage, refetch } = useInfiniteQuery(comparisonQuery(run));
  const first = data?.pages[0];
  if (error && !first) {
    return (
      <p className={styles['state']} role="alert">
        The logs could not be compared: {error.message} <Button onPress={() => void refetch()}>Try again</Button>
      </p>
    );
  }
  if (!data || !first) return <p className={styles['state']}>Comparing with the last green run…</p>;
  if (!first.green) {
    return (
      <p className={styles['state']}>
        There is nothing to compare with: no run of this lane has passed and still has its log.
      </p>
    );
  }
  const all = data.pages.flatMap((page) => page.differences);
  const different = all.filter((one) => !one.moved);
  const moved = all.filter((one) => one.moved);
  return (
    <div className={styles['compare']}>
      <p className={styles['with']}>
        Compared with <Green run={first.green} />
        {first.chosen ? `: ${whyThatRun[first.chosen]}` : null}. Times, paths, numbers and ids count as the same.
      </p>
      {different.length === 0 ? <p className={styles['state']}>{nothing(hasNextPage)}</p> : null}
      <ol className={styles['differences']}>
        {different.map((one, index) => (
          <li key={`${one.stepName} ${one.line} ${one.thereLine}`}>
            <DifferenceView difference={one} run={run} isFirst={index === 0} />
          </li>
        ))}
      </ol>
      {hasNextPage ? (
        <p className={styles['state']}>
          <Button onPress={() => void fetchNextPage()} busy={isFetching}>
            {isFetching ? 'Comparing…' : 'Compare on'}
          </Button>
        </p>
      ) : null}
      {moved.length > 0 ? (
        <details className={styles['moved']}>
          <summary>{counted(moved.length, 'place')} where only the order of lines has changed</summary>
          <ol className={styles['differences']}>
            {moved.map((one) => (
              <li key={`${one.stepName} ${one.line} ${one.thereLine}`}>
                <DifferenceView difference={one} run={run} isFirst={false} />
              </li>
            ))}
          </ol>
        </details>
      ) : null}
    </div>
  );
}

function nothing(hasMore: boolean): string {
  return hasMore ? 'No difference so far.' : 'The two logs say the same: what failed did not print anything new.';
}

function Green({ run }: { run: ComparedRun }) {
  return (
    <>
      <Link to="/jobs/$job" params={{ job: String(run.jobId) }} search={{ run: run.runId }}>
        {run.lane} of push {run.pushId}
      </Link>{' '}
      on {run.branch}
      {run.endedAt ? (
        <>
          , <Ago at={run.endedAt} />
        </>
      ) : null}
    </>
  );
}
