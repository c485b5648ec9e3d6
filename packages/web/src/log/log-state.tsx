// What is to be said when a log has no line to show, or could not be read.
import type { Step } from '@signalbox/protocol/browser';
import { Button } from '../parts/button.tsx';
import type { StepLog } from './step-log.ts';
import styles from './step-log-view.module.css';

type Props = {
  readonly log: StepLog;
  readonly step: Step;
  readonly grows: boolean;
  /** Rows, when only lines are shown that were found. */
  readonly found: number | null;
};

export function LogState({ log, step, grows, found }: Props) {
  if (log.state === 'failed') {
    return (
      <p className={styles['problem']} role="alert">
        The log could not be read: {log.problem} <Button onPress={() => void log.more()}>Try again</Button>
      </p>
    );
  }
  if (found === 0) return <p className={styles['state']}>No line found yet that matches.</p>;
  if (log.lines.last > 0) return null;
  return <p className={styles['state']}>{wordsFor(log, step, grows)}</p>;
}

function wordsFor(log: StepLog, step: Step, grows: boolean): string {
  if (log.state === 'reading') return 'Reading the log…';
  if (step.state === 'waiting') return 'This step has not begun.';
  if (step.state === 'skipped') return 'This step was skipped.';
  return grows ? 'Nothing printed yet.' : 'This step printed nothing.';
}
