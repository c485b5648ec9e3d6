// Asks how long jobs of a pool wait for a cheaper worker while a dearer one is free.
import type { Pool } from '@signalbox/protocol/browser';
import { useState } from 'react';
import { setWaitBudget } from '../api/order.ts';
import { FormDialog } from '../parts/form-dialog.tsx';

export function WaitBudgetDialog({ pool, onClose }: { pool: Pool; onClose: () => void }) {
  const [seconds, setSeconds] = useState(String(pool.waitBudgetSeconds));
  return (
    <FormDialog
      title={`Cheaper workers of ${pool.name}`}
      verb="Set the wait"
      act={() => setWaitBudget(pool.name, Number(seconds))}
      onClose={onClose}
    >
      <p>
        Workers have a cost. While a dearer one is free, a job waits so long for a cheaper one to become free; then the
        dearer one takes it. With 0 any free worker takes it at once.
      </p>
      <label>
        Seconds
        <input
          type="number"
          required
          min={0}
          max={86_400}
          step={1}
          value={seconds}
          onChange={(event) => setSeconds(event.target.value)}
        />
      </label>
    </FormDialog>
  );
}
