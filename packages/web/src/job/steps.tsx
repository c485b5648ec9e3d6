// The steps of a run, one open at a time: which one is in the address, else the one that people want to see.
import type { JobSpec, RunDetail, Step } from '@signalbox/protocol/browser';
import { pathOf } from '@signalbox/protocol/browser';
import { getRouteApi } from '@tanstack/react-router';
import { ChevronRight, Download } from 'lucide-react';
import { useRef } from 'react';
import { StepLogView } from '../log/step-log-view.tsx';
import { buttonClass } from '../parts/button.tsx';
import { Mark } from '../parts/mark.tsx';
import { Lasting } from '../parts/time.tsx';
import { standOfStep } from '../text/stand.ts';
import { exitText, stepToOpen } from './choose-step.ts';
import styles from './steps.module.css';

const route = getRouteApi('/jobs/$job');

export function Steps({ run, spec, jobName }: { run: RunDetail; spec: JobSpec; jobName: string }) {
  const { step: chosen } = route.useSearch();
  const navigate = route.useNavigate();
  // What opened by itself stays open when the run ends under the eyes of a reader.
  const before = useRef<number | null>(null);
  const byItself = stepToOpen(run.run, spec.steps.length) ?? before.current;
  before.current = byItself;
  const open = chosen === 'none' ? null : (chosen ?? byItself);
  const toggle = (index: number) =>
    void navigate({
      search: (old) => ({ ...old, step: index === open ? 'none' : index }),
      hash: '',
      replace: true,
      resetScroll: false,
    });
  return (
    <>
      <ol className={styles['steps']}>
        {run.run.steps.map((step) => (
          <li key={step.index} className={styles['step']}>
            <StepHeader
              step={step}
              script={step.index === 0 ? null : (spec.steps[step.index - 1]?.script ?? null)}
              open={step.index === open}
              toggle={() => toggle(step.index)}
            />
            {step.index === open ? (
              <StepLogView
                key={`${run.run.id}/${step.index}`}
                run={run}
                step={step}
                script={spec.steps[step.index - 1]?.script ?? null}
                jobName={jobName}
              />
            ) : null}
          </li>
        ))}
      </ol>
      {run.run.steps.length === 0 ? <p className={styles['none']}>The worker has told of no step yet.</p> : null}
      <p className={styles['whole']}>
        {run.logState === 'arriving' ? <span>The run has ended; the rest of its log is on its way.</span> : null}
        {run.logs.length > 0 ? (
          <a href={pathOf('download-log', { run: run.run.id })} className={buttonClass['button']}>
            <Download size={14} aria-hidden="true" /> Whole log of this run
          </a>
        ) : null}
      </p>
    </>
  );
}

type HeaderProps = { step: Step; script: string | null; open: boolean; toggle: () => void };

function StepHeader({ step, script, open, toggle }: HeaderProps) {
  const exit = exitText(step);
  const firstLine = script?.trim().split('\n', 1)[0] ?? '';
  return (
    <h3 className={styles['heading']}>
      <button type="button" aria-expanded={open} onClick={toggle} className={styles['toggle']}>
        <ChevronRight size={16} aria-hidden="true" className={styles['chevron']} />
        <Mark stand={standOfStep(step.state)} />
        <span className={styles['name']}>{step.name}</span>
        {firstLine !== '' && firstLine !== step.name ? <code className={styles['script']}>{firstLine}</code> : null}
        {exit ? <span className={styles['exit']}>{exit}</span> : null}
        <span className={styles['lasted']}>
          <Lasting from={step.startedAt} to={step.endedAt} />
        </span>
      </button>
    </h3>
  );
}
