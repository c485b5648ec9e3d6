// One job: how it stands and why, its runs and their steps with logs, what it left, and what keeps it from running.
import type { JobDetail, RunDetail } from '@signalbox/protocol/browser';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useLocation } from '@tanstack/react-router';
import { useEffect } from 'react';
import { lookAtRun } from '../api/changes.ts';
import { jobQuery } from '../api/queries.ts';
import { Configuration } from '../job/configuration.tsx';
import { ExplanationPanel } from '../job/explanation.tsx';
import { JobFacts } from '../job/job-facts.tsx';
import { JobHeader } from '../job/job-header.tsx';
import { Steps } from '../job/steps.tsx';
import { type JobActions, useJobActions } from '../job/use-job-actions.ts';
import { useLive } from '../live/use-live.ts';
import { useKeys } from '../parts/keys.ts';
import { notify } from '../parts/notice-store.ts';
import { Page } from '../parts/page.tsx';
import { Bones, Trouble } from '../parts/states.tsx';
import { ResultsPanel } from '../results/results-panel.tsx';
import { standOf } from '../text/stand.ts';
import styles from './job.module.css';

const route = getRouteApi('/jobs/$job');

export function JobPage() {
  const id = Number(route.useParams().job);
  const search = route.useSearch();
  const job = useQuery(jobQuery(id));
  const detail = job.data;
  useLive([`job:${id}`, detail && detail.job.state !== 'done' ? `pipeline:${detail.pipeline.id}` : null], () =>
    job.refetch(),
  );
  const chosen = detail && (detail.runs.find((run) => run.run.id === search.run) ?? detail.runs[0]);
  return (
    <Page
      title={detail ? `${detail.job.name} · ${detail.push.branch}` : 'Job'}
      stand={detail ? standOf(detail.job) : null}
      place={detail ? { repo: detail.push.repo, branch: detail.push.branch } : {}}
    >
      {detail ? (
        <JobBody detail={detail} run={chosen} />
      ) : job.error ? (
        <Trouble problem={job.error} what="job" again={() => job.refetch()} />
      ) : (
        <Bones what="the job" />
      )}
    </Page>
  );
}

function JobBody({ detail, run }: { detail: JobDetail; run: RunDetail | undefined }) {
  const { job } = detail;
  const open = run && (run.run.endedAt === null || run.logState !== 'sealed') ? run.run.id : null;
  useLive([open === null ? null : `run:${open}`], async () => open !== null && lookAtRun(job.id, open));
  const actions = useJobActions(job);
  useJobKeys(actions);
  const hash = useLocation({ select: (location) => location.hash });
  useEffect(() => {
    if (hash === 'log') document.getElementById('log')?.scrollIntoView();
  }, [hash]);
  return (
    <div className={styles['page']}>
      <div className={styles['head']}>
        <JobHeader detail={detail} run={run} actions={actions} />
        {job.state === 'running' || job.state === 'done' ? null : <ExplanationPanel detail={detail} />}
        {run ? <ResultsPanel key={run.run.id} run={run} /> : null}
      </div>
      <section id="log" className={styles['steps']} aria-label="Steps">
        {detail.runs.length > 1 ? <Attempts runs={detail.runs} current={run} /> : null}
        {run ? (
          <Steps key={run.run.id} run={run} spec={detail.spec} jobName={job.name} />
        ) : (
          <PlannedSteps detail={detail} />
        )}
      </section>
      <section className={styles['configuration']} aria-label="Configuration">
        <Configuration key={job.id} jobId={job.id} />
      </section>
      <aside className={styles['aside']} aria-label="About this job">
        <JobFacts detail={detail} run={run} />
      </aside>
    </div>
  );
}

/** Attempts, oldest first, so that they read as they happened. */
function Attempts({ runs, current }: { runs: readonly RunDetail[]; current: RunDetail | undefined }) {
  return (
    <nav className={styles['attempts']} aria-label="Attempts">
      {[...runs].reverse().map(({ run }) => (
        <Link
          key={run.id}
          from="/jobs/$job"
          search={{ run: run.id === runs[0]?.run.id ? undefined : run.id }}
          aria-current={run.id === current?.run.id ? 'page' : undefined}
          title={run.reason?.text}
        >
          Attempt {run.attempt} <small>{run.verdict ?? 'running'}</small>
        </Link>
      ))}
    </nav>
  );
}

/** Before the first run: what it will do. */
function PlannedSteps({ detail }: { detail: JobDetail }) {
  if (detail.spec.steps.length === 0) return null;
  const heading = detail.job.state === 'done' ? 'It did not run. Its steps would have been' : 'What it will run';
  return (
    <div className={styles['planned']}>
      <h2>{heading}</h2>
      <ol>
        {detail.spec.steps.map((step) => (
          <li key={`${step.name} ${step.script}`}>
            {step.name === step.script.trim() ? null : <span>{step.name}</span>}
            <pre>{step.script.trim()}</pre>
          </li>
        ))}
      </ol>
    </div>
  );
}

function useJobKeys(actions: JobActions): void {
  const press = ({ go, busy, whyNot }: JobActions['rerun']) => {
    if (whyNot) notify(whyNot, 'problem');
    else if (!busy) go();
  };
  useKeys({
    r: () => press(actions.rerun),
    c: () => press(actions.cancel),
    l: () => document.getElementById('log')?.scrollIntoView(),
  });
}
