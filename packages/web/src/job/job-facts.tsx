// Beside the log: where and how long it ran, what it left, what it needs and who needs it, and how its lane went before.
import type { JobBrief, JobDetail, Keeping, RunDetail } from '@signalbox/protocol/browser';
import { Link } from '@tanstack/react-router';
import { FolderOpen } from 'lucide-react';
import type { ReactNode } from 'react';
import { Mark } from '../parts/mark.tsx';
import { Ago, Lasting } from '../parts/time.tsx';
import { size } from '../text/size.ts';
import { standOf, standWords } from '../text/stand.ts';
import { buildInstant } from '../text/time.ts';
import styles from './job-facts.module.css';
import { Lane } from './lane.tsx';

export function JobFacts({ detail, run }: { detail: JobDetail; run: RunDetail | undefined }) {
  const { job, pipeline } = detail;
  return (
    <div className={styles['facts']}>
      <dl className={styles['pairs']}>
        {run ? (
          <>
            <Fact name="Worker">{run.run.worker}</Fact>
            <Fact name="Started">
              <Ago at={run.run.startedAt ?? run.run.claimedAt} />
            </Fact>
            <Fact name={run.run.endedAt ? 'Lasted' : 'Runs for'}>
              <Lasting from={run.run.claimedAt} to={run.run.endedAt} />
            </Fact>
          </>
        ) : null}
        {job.readyAt && job.startedAt ? (
          <Fact name="Waited">
            <Lasting from={job.readyAt} to={job.startedAt} />
          </Fact>
        ) : null}
        {job.gate === null ? (
          <Fact name="Pool">
            <Link to="/workers">{job.pool}</Link>
          </Fact>
        ) : null}
        {job.priority !== 0 ? <Fact name="Priority">{job.priority}</Fact> : null}
        <Fact name="Build">
          <span title={buildInstant(pipeline.buildId)}>{pipeline.buildId}</span>
        </Fact>
      </dl>
      {run ? <Left run={run} /> : null}
      <Others title="Needs" jobs={detail.needs} />
      <Others title="Needed by" jobs={detail.neededBy} />
      {detail.history.length > 0 ? (
        <section>
          <h2>This lane before</h2>
          <Lane history={detail.history} />
        </section>
      ) : null}
    </div>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Left({ run }: { run: RunDetail }) {
  return (
    <section>
      <h2>Artifacts</h2>
      {run.artifacts.length === 0 ? <p className={styles['none']}>None{run.run.endedAt ? '' : ' yet'}.</p> : null}
      <ul className={styles['artifacts']}>
        {run.artifacts.map((artifact) => (
          <li key={artifact.path}>
            <a href={artifact.href}>{artifact.path}</a>
            <span>
              {size(artifact.sizeBytes)} <code title={`SHA-256 ${artifact.sha256}`}>{artifact.sha256.slice(0, 8)}</code>
            </span>
          </li>
        ))}
      </ul>
      <Kept keeping={run.keeping ?? []} />
      {run.archiveHref ? (
        <a href={run.archiveHref} className={styles['archive']}>
          <FolderOpen size={14} aria-hidden="true" /> Log and artifacts in the archive
        </a>
      ) : null}
    </section>
  );
}

/** How long log and artifacts stay; nothing while their pipeline goes on. */
function Kept({ keeping }: { keeping: readonly Keeping[] }) {
  const said = keeping.flatMap(({ kind, state, until }) => {
    const what = kind === 'logs' ? 'Log' : 'Artifacts';
    if (state === 'open') return [];
    if (state === 'pinned') return [`${what} pinned`];
    if (state === 'for-ever') return [`${what} kept for ever`];
    return [`${what} ${state === 'removed' ? 'removed on' : 'kept until'} ${until?.slice(0, 10)}`];
  });
  return said.length > 0 ? <p className={styles['none']}>{said.join(' · ')}</p> : null;
}

const mostShown = 8;

function Others({ title, jobs }: { title: string; jobs: readonly JobBrief[] }) {
  if (jobs.length === 0) return null;
  const links = jobs.map((job) => (
    <li key={job.id}>
      <Mark stand={standOf(job)} label={standWords[standOf(job)]} />
      <Link to="/jobs/$job" params={{ job: String(job.id) }}>
        {job.name}
      </Link>
    </li>
  ));
  return (
    <section>
      <h2>{title}</h2>
      <ul className={styles['others']}>{links.slice(0, mostShown)}</ul>
      {links.length > mostShown ? (
        <details>
          <summary>{links.length - mostShown} more</summary>
          <ul className={styles['others']}>{links.slice(mostShown)}</ul>
        </details>
      ) : null}
    </section>
  );
}
