// One job in the grid: a plain link, since there may be thousands; the grid hears clicks and keys for all of them.
import type { JobBrief } from '@signalbox/protocol/browser';
import { memo } from 'react';
import { isFailure, sentenceOf, standOf } from '../text/stand.ts';
import styles from './job-button.module.css';

type Props = { readonly job: JobBrief; readonly dimmed?: boolean | undefined; readonly first?: boolean | undefined };

export const JobButton = memo(function JobButton({ job, first }: Props) {
  const stand = standOf(job);
  const sentence = sentenceOf(job);
  return (
    <a
      href={`/jobs/${job.id}`}
      className={`${styles['job']} ${styles[stand]}`}
      title={sentence}
      aria-label={sentence}
      data-job={job.id}
      data-failed={isFailure(stand) || undefined}
      // One stop for the tab key in each row; arrows go on from there.
      tabIndex={first ? 0 : -1}
    >
      {job.attributes.symbol}
      {stand === 'errored' ? '!' : null}
      {stand === 'passed' && job.runCount > 1 ? <sup>{job.runCount}</sup> : null}
    </a>
  );
});
