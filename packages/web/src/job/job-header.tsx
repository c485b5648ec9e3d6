// The verdict first: what became of the job, why, and what can be done.
import type { JobDetail, RunDetail } from '@signalbox/protocol/browser';
import { Link } from '@tanstack/react-router';
import { RotateCcw, Square } from 'lucide-react';
import { Button } from '../parts/button.tsx';
import { Mark } from '../parts/mark.tsx';
import { Ago, Lasting } from '../parts/time.tsx';
import { standOf } from '../text/stand.ts';
import { FirstError } from './first-error.tsx';
import styles from './job-header.module.css';
import { RaiseButton } from './raise.tsx';
import type { JobActions } from './use-job-actions.ts';

type Props = { readonly detail: JobDetail; readonly run: RunDetail | undefined; readonly actions: JobActions };

export function JobHeader({ detail, run, actions }: Props) {
  const { job, push } = detail;
  const { rerun, cancel } = actions;
  const stand = standOf(job);
  return (
    <header className={`${styles['header']} ${styles[stand]}`}>
      <Mark stand={stand} label={null} large />
      <div className={styles['words']}>
        <h1>{job.name}</h1>
        <p className={styles['verdict']}>
          <Sentence detail={detail} run={run} />
        </p>
        {run?.run.verdict === 'failed' || run?.run.verdict === 'errored' ? <FirstError run={run} /> : null}
        <p className={styles['push']}>
          <Link to="/pushes/$push" params={{ push: String(push.id) }}>
            {push.title}
          </Link>
          <span>
            {push.author} on <code>{push.branch}</code>
          </span>
          {push.revision ? <code title={push.revision}>{push.revision.slice(0, 10)}</code> : null}
          <Ago at={push.receivedAt} />
        </p>
      </div>
      <div className={styles['actions']}>
        {waits(job) ? <RaiseButton job={job} /> : null}
        <Button
          onPress={rerun.go}
          busy={rerun.busy}
          whyNot={rerun.whyNot}
          title="Run this job again (r), and the jobs that were skipped because of it"
        >
          <RotateCcw size={14} aria-hidden="true" /> Run again
        </Button>
        <Button kind="danger" onPress={cancel.go} busy={cancel.busy} whyNot={cancel.whyNot} title="Cancel this job (c)">
          <Square size={13} aria-hidden="true" /> {cancel.busy ? 'Cancelling…' : 'Cancel'}
        </Button>
      </div>
    </header>
  );
}

function Sentence({ detail, run }: { detail: JobDetail; run: RunDetail | undefined }) {
  const { job } = detail;
  if (job.state === 'done') {
    return (
      <>
        <strong>{titled(job.verdict ?? 'skipped')}</strong>
        {job.reason ? afterVerdict(job.reason.text, job.verdict ?? '') : null}
        {job.verdict === 'passed' && job.runCount > 1 ? `, in attempt ${job.runCount}` : null}
        {job.coalescedInto !== null ? (
          <>
            {'. '}
            <Link to="/jobs/$job" params={{ job: String(job.coalescedInto) }}>
              Job {job.coalescedInto} ran in its place
            </Link>
          </>
        ) : null}
      </>
    );
  }
  if (job.state === 'running' && run?.run.silentSince) {
    return (
      <>
        <strong>Running</strong>, but its worker {run.run.worker} is silent since <Ago at={run.run.silentSince} />. If
        it does not come back, the job goes to another.
      </>
    );
  }
  if (job.state === 'running') {
    return (
      <>
        <strong>Running</strong> for <Lasting from={run?.run.claimedAt ?? job.startedAt} to={null} />
        {run ? ` on ${run.run.worker}` : null}
      </>
    );
  }
  if (job.state === 'held') {
    return job.gate === null ? (
      <>
        <strong>Held</strong>: waits for a place in its concurrency group
      </>
    ) : (
      <>
        <strong>Held</strong>: waits for a person's answer
      </>
    );
  }
  if (job.state === 'ready') {
    return (
      <>
        <strong>Ready</strong>: waits for a worker of the pool {job.pool} for <Lasting from={job.readyAt} to={null} />
      </>
    );
  }
  const missing = detail.needs.filter((need) => need.verdict !== 'passed').length;
  return (
    <>
      <strong>Waits</strong> for {missing === 1 ? 'another job' : `${missing} other jobs`}
    </>
  );
}

/** Before it runs there is a line to move it in; a gate is in none. */
function waits(job: JobDetail['job']): boolean {
  return job.gate === null && job.state !== 'running' && job.state !== 'done';
}

function titled(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** Reasons may begin with the verdict themselves: `Cancelled by Mara`. */
function afterVerdict(text: string, verdict: string): string {
  const repeats = text.toLowerCase().startsWith(`${verdict} `);
  return repeats ? text.slice(verdict.length) : `: ${text}`;
}
