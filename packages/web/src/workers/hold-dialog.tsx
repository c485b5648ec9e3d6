// Asks how and why a worker is to be kept from taking runs.
import type { Worker, WorkerHold } from '@signalbox/protocol/browser';
import { useState } from 'react';
import { holdWorker } from '../api/order.ts';
import { FormDialog, formClass, Reason } from '../parts/form-dialog.tsx';

const kinds = [
  ['drained', 'Drain', 'Takes no more runs until it is resumed: for an upgrade, a move, a new disk.'],
  ['quarantined', 'Quarantine', 'The same, because something seems wrong with it.'],
  ['retired', 'Retire', 'For good: it comes back only when somebody resumes it.'],
] as const satisfies readonly (readonly [WorkerHold['kind'], string, string])[];

export function HoldDialog({ worker, onClose }: { worker: Worker; onClose: () => void }) {
  const [kind, setKind] = useState<WorkerHold['kind']>('drained');
  const [reason, setReason] = useState('');
  const verb = kinds.find(([one]) => one === kind)?.[1] ?? 'Hold';
  const running = worker.running.length;
  return (
    <FormDialog
      title={`Hold ${worker.name}`}
      verb={verb}
      danger={kind === 'retired'}
      act={() => holdWorker(worker, { kind, reason: reason.trim() })}
      onClose={onClose}
    >
      <p>
        {running === 0
          ? 'It runs nothing now.'
          : `It ends the ${running === 1 ? 'run' : `${running} runs`} that it has.`}
      </p>
      <fieldset>
        <legend>How</legend>
        {kinds.map(([one, label, meaning]) => (
          <label key={one} className={formClass['choice']}>
            <input type="radio" name="kind" value={one} checked={kind === one} onChange={() => setKind(one)} />
            <span>{label}</span>
            <small>{meaning}</small>
          </label>
        ))}
      </fieldset>
      <Reason value={reason} onChange={setReason} hint="new disk; back at noon" />
    </FormDialog>
  );
}
