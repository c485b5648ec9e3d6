// The jobs of a pipeline as a table: a row a template, a column a platform; on a narrow screen each row is a card.
import type { JobBrief } from '@signalbox/protocol/browser';
import { Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { fold } from '../grid/fold.ts';
import { groupBy } from '../grid/group-by.ts';
import { Mark } from '../parts/mark.tsx';
import { Lasting } from '../parts/time.tsx';
import { shortName } from '../text/short-name.ts';
import { isFailure, sentenceOf, standOf, standWords } from '../text/stand.ts';
import styles from './job-table.module.css';

export function JobTable({ jobs }: { jobs: readonly JobBrief[] }) {
  const templates = useMemo(() => [...groupBy(jobs, (job) => job.attributes.template)], [jobs]);
  const platforms = useMemo(() => platformsOf(jobs), [jobs]);
  const named = platforms.length > 1 || platforms[0] !== null;
  return (
    <table className={styles['table']}>
      {named ? (
        <thead>
          <tr>
            <td />
            {platforms.map((platform) => (
              <th key={platform ?? ''} scope="col">
                {platform ?? 'any'}
              </th>
            ))}
          </tr>
        </thead>
      ) : null}
      <tbody>
        {templates.map(([template, members]) => (
          <tr key={template}>
            <th scope="row">{template}</th>
            {platforms.map((platform) => {
              const here = members.filter((job) => job.attributes.platform === platform);
              return (
                <td
                  key={platform ?? ''}
                  data-platform={named ? (platform ?? 'any') : undefined}
                  data-empty={here.length === 0 || undefined}
                >
                  <Cell jobs={here} />
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Cell({ jobs }: { jobs: readonly JobBrief[] }) {
  const [unfolded, setUnfolded] = useState<ReadonlySet<string>>(new Set());
  const { shown, folds } = fold(jobs, (stand) => unfolded.has(stand));
  return (
    <>
      {shown.map((job) => (
        <JobEntry key={job.id} job={job} />
      ))}
      {folds.map(({ stand, jobs: alike }) => (
        <button
          key={stand}
          type="button"
          className={styles['fold']}
          onClick={() => setUnfolded((old) => new Set(old).add(stand))}
        >
          <Mark stand={stand} label={null} /> {alike.length} {standWords[stand]}
        </button>
      ))}
    </>
  );
}

function JobEntry({ job }: { job: JobBrief }) {
  const stand = standOf(job);
  return (
    <Link to="/jobs/$job" params={{ job: String(job.id) }} className={styles['entry']} title={sentenceOf(job)}>
      <Mark stand={stand} label={standWords[stand]} />
      <span className={styles['name']}>{shortName(job) || stand}</span>
      <span className={styles['lasted']}>
        <Lasting from={job.startedAt} to={job.finishedAt} />
      </span>
      {isFailure(stand) && job.reason ? <span className={styles['reason']}>{job.reason.text}</span> : null}
    </Link>
  );
}

const inOrder = new Intl.Collator('en', { numeric: true });

function platformsOf(jobs: readonly JobBrief[]): (string | null)[] {
  return [...new Set(jobs.map((job) => job.attributes.platform))].sort(
    (a, b) => Number(a === null) - Number(b === null) || inOrder.compare(a ?? '', b ?? ''),
  );
}
