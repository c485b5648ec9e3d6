// One pipeline of a push: what asked for it, how it stands, its jobs, and what was left out of it.
import type { PipelineWithJobs } from '@signalbox/protocol/browser';
import { useState } from 'react';
import { useCancelPipeline, useMayNot } from '../api/actions.ts';
import { SummaryLine } from '../grid/summary-line.tsx';
import { Button } from '../parts/button.tsx';
import { Dialog, dialogClass } from '../parts/dialog.tsx';
import { LeftOutList } from '../parts/left-out.tsx';
import { PipelineTrouble } from '../parts/pipeline-trouble.tsx';
import { PlanWarnings } from '../parts/plan-warnings.tsx';
import { Ago, Lasting } from '../parts/time.tsx';
import { causeWords } from '../text/cause.ts';
import { counted } from '../text/size.ts';
import { buildInstant } from '../text/time.ts';
import { JobTable } from './job-table.tsx';
import styles from './pipeline-card.module.css';

type Props = {
  readonly detail: PipelineWithJobs;
  /** It stands for the push; older ones are folded. */
  readonly open: boolean;
};

export function PipelineCard({ detail, open: isOpen }: Props) {
  const { pipeline, jobs } = detail;
  const [asking, setAsking] = useState(false);
  const cancel = useCancelPipeline();
  const mayNot = useMayNot('act');
  const open = jobs.filter((job) => job.state !== 'done').length;
  return (
    <section className={styles['card']} aria-label={`Build ${pipeline.buildId}`}>
      <header className={styles['header']}>
        <h2>
          <span title={buildInstant(pipeline.buildId)}>Build {pipeline.buildId}</span>
          <small>
            {causeWords[pipeline.cause]}, <Ago at={pipeline.createdAt} />
            {pipeline.problem ? null : (
              <>
                , {pipeline.finishedAt ? 'took' : 'for'} <Lasting from={pipeline.createdAt} to={pipeline.finishedAt} />
              </>
            )}
          </small>
        </h2>
        {pipeline.problem ? null : <SummaryLine jobs={jobs} />}
        {jobs.length > 0 ? (
          <Button
            kind="danger"
            onPress={() => setAsking(true)}
            busy={cancel.isPending}
            whyNot={mayNot ?? (open === 0 ? 'All its jobs have ended.' : null)}
          >
            Cancel all
          </Button>
        ) : null}
      </header>
      {pipeline.problem ? <PipelineTrouble problem={pipeline.problem} /> : null}
      <PlanWarnings warnings={pipeline.warnings} />
      {jobs.length > 0 ? <Jobs detail={detail} open={isOpen} /> : null}
      {jobs.length === 0 && !pipeline.problem ? <p className={styles['quiet']}>This push starts no job.</p> : null}
      <LeftOutList leftOut={pipeline.leftOut} open={jobs.length === 0} />
      {asking ? (
        <Dialog title={`Cancel ${counted(open, 'job')}?`} onClose={() => setAsking(false)}>
          <p>Jobs that run are ended within seconds; their logs stay. Each can be run again later.</p>
          <div className={dialogClass['buttons']}>
            <Button onPress={() => setAsking(false)}>Let them run</Button>
            <Button
              kind="danger"
              onPress={() => {
                cancel.mutate(pipeline.id);
                setAsking(false);
              }}
            >
              Cancel {counted(open, 'job')}
            </Button>
          </div>
        </Dialog>
      ) : null}
    </section>
  );
}

function Jobs({ detail, open }: Props) {
  if (open) return <JobTable jobs={detail.jobs} />;
  return (
    <details className={styles['older']}>
      <summary>{counted(detail.jobs.length, 'job')}</summary>
      <JobTable jobs={detail.jobs} />
    </details>
  );
}
