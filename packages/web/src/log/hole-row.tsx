// Where a part of a large log was not read: how much, and buttons that read on from either side.
import { Button } from '../parts/button.tsx';
import { counted, size } from '../text/size.ts';
import type { Hole } from './log-text.ts';
import type { StepLog } from './step-log.ts';
import styles from './step-log-view.module.css';

export function HoleRow({ hole, log }: { hole: Hole; log: StepLog }) {
  const busy = log.state === 'reading';
  return (
    <div className={styles['hole']}>
      <span>
        {counted(hole.lines, 'line')} ({size(hole.toByte - hole.fromByte)}) not read yet
      </span>
      <Button busy={busy} onPress={() => void log.fill(hole, 'start')}>
        Read on from above
      </Button>
      <Button busy={busy} onPress={() => void log.fill(hole, 'end')}>
        Read back from below
      </Button>
    </div>
  );
}
