// The log of one step: its script, and the panel with its lines once it is known where to begin.
import type { RunDetail, Step } from '@signalbox/protocol/browser';
import { useRef } from 'react';
import { type FirstPlace, firstPlace } from './first-place.ts';
import { LogPanel } from './log-panel.tsx';
import type { StepLog } from './step-log.ts';
import styles from './step-log-view.module.css';
import { type StepErrors, useErrorLines } from './use-error-lines.ts';
import { useLineRange } from './use-line-range.ts';
import { useStepLog } from './use-step-log.ts';

type Props = {
  readonly run: RunDetail;
  readonly step: Step;
  readonly script: string | null;
  readonly jobName: string;
};

export function StepLogView({ run, step, script, jobName }: Props) {
  const known = run.logs.find((log) => log.step === step.index) ?? { sizeBytes: 0, lines: 0 };
  const grows = run.run.endedAt === null ? step.endedAt === null : run.logState !== 'sealed';
  const log = useStepLog(run.run.id, step.index, known, grows);
  const errors = useErrorLines(run, step, grows);
  return (
    <div className={styles['log']}>
      {script?.trim().includes('\n') ? (
        <details className={styles['script']}>
          <summary>Script</summary>
          <pre>{script.trim()}</pre>
        </details>
      ) : null}
      {log ? <Placed log={log} run={run} step={step} grows={grows} errors={errors} jobName={jobName} /> : null}
    </div>
  );
}

type PlacedProps = {
  readonly log: StepLog;
  readonly run: RunDetail;
  readonly step: Step;
  readonly grows: boolean;
  readonly errors: StepErrors;
  readonly jobName: string;
};

/** Once it is known where to begin, it is not decided again: nothing moves under the eyes of a reader. */
function Placed(props: PlacedProps) {
  const { run, step, errors } = props;
  const chosen = useLineRange(run.run.id, step.index);
  const begin = useRef<FirstPlace | null>(null);
  begin.current ??= firstPlace({
    range: chosen.range,
    isRunning: step.state === 'running' && run.run.endedAt === null,
    hasFailed: step.state === 'failed' || step.state === 'errored',
    errors: errors.isKnown ? errors.lines : null,
  });
  if (!begin.current) return <p className={styles['state']}>Reading the log…</p>;
  return <LogPanel {...props} begin={begin.current} chosen={chosen} />;
}
