// One push in the grid: who, what and when; how it stands in one line; its jobs by platform.
import type { PushDetail } from '@signalbox/protocol/browser';
import { Link } from '@tanstack/react-router';
import { memo, useMemo } from 'react';
import { lookAtPipeline } from '../api/changes.ts';
import { useLive } from '../live/use-live.ts';
import { LeftOutList } from '../parts/left-out.tsx';
import { PipelineTrouble } from '../parts/pipeline-trouble.tsx';
import { Ago } from '../parts/time.tsx';
import { causeWords } from '../text/cause.ts';
import { counted } from '../text/size.ts';
import { type Filter, isFiltering, matches } from './filter.ts';
import { Platforms } from './platforms.tsx';
import styles from './push-row.module.css';
import { newestOf, standingOf } from './rows.ts';
import { SummaryLine } from './summary-line.tsx';

type Props = { readonly detail: PushDetail; readonly filter: Filter; readonly branch: string | undefined };

export const PushRow = memo(function PushRow({ detail, filter, branch }: Props) {
  const { push } = detail;
  const newest = newestOf(detail);
  const standing = useMemo(() => standingOf(detail), [detail]);
  const open = standing.filter(({ pipeline }) => pipeline.finishedAt === null).map(({ pipeline }) => pipeline.id);
  useLive(
    open.map((id) => `pipeline:${id}`),
    () => Promise.all(open.map(lookAtPipeline)),
  );
  // Older builds by hand stand behind the newest.
  const planned = detail.pipelines.length - standing.length + 1;
  const jobs = useMemo(() => standing.flatMap((one) => one.jobs), [standing]);
  const found = useMemo(() => jobs.filter((job) => matches(job, filter)), [jobs, filter]);
  return (
    <article className={styles['push']} aria-labelledby={`push-${push.id}`}>
      <header className={styles['header']}>
        <h2 id={`push-${push.id}`}>
          <Link to="/pushes/$push" params={{ push: String(push.id) }}>
            {push.kind === 'deleted' ? `Branch ${push.branch} was deleted` : push.title}
          </Link>
        </h2>
        {jobs.length > 0 || (newest && !newest.pipeline.problem) ? <SummaryLine jobs={jobs} /> : null}
        <p className={styles['facts']}>
          <span className={styles['author']}>{push.author}</span>
          {branch === undefined ? (
            <Link
              to="/repos/$repo"
              params={{ repo: push.repo }}
              search={{ branch: push.branch }}
              className={styles['branch']}
            >
              {push.branch}
            </Link>
          ) : null}
          {push.revision ? <code title={push.revision}>{push.revision.slice(0, 10)}</code> : null}
          {push.commitCount > 1 ? <span>{counted(push.commitCount, 'commit')}</span> : null}
          <Ago at={push.receivedAt} />
          <Kind kind={push.kind} />
          {planned > 1 && newest ? (
            <Link to="/pushes/$push" params={{ push: String(push.id) }}>
              build {planned}, {causeWords[newest.pipeline.cause]}
            </Link>
          ) : null}
        </p>
      </header>
      {newest?.pipeline.problem ? <PipelineTrouble problem={newest.pipeline.problem} /> : null}
      {found.length > 0 ? <Platforms jobs={found} /> : null}
      {newest && !newest.pipeline.problem && jobs.length === 0 ? (
        <p className={styles['quiet']}>This push starts no job.</p>
      ) : null}
      {jobs.length > 0 && found.length === 0 && isFiltering(filter) ? (
        <p className={styles['quiet']}>None of its {counted(jobs.length, 'job')} is of that kind.</p>
      ) : null}
      {standing.length === 0 && push.kind !== 'deleted' ? <p className={styles['quiet']}>Being planned…</p> : null}
      {newest && !isFiltering(filter) ? <LeftOutList leftOut={newest.pipeline.leftOut} /> : null}
    </article>
  );
});

function Kind({ kind }: { kind: PushDetail['push']['kind'] }) {
  if (kind === 'created') return <span className={styles['kind']}>new branch</span>;
  if (kind !== 'rewritten') return null;
  return (
    <span className={styles['rewritten']} title="The branch no longer holds what it held before.">
      branch rewritten
    </span>
  );
}
