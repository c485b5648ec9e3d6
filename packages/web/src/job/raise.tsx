// Gives a job another place in line, by its priority.
import type { JobBrief } from '@signalbox/protocol/browser';
import { ArrowUpToLine } from 'lucide-react';
import { useState } from 'react';
import { useMayNot } from '../api/actions.ts';
import { raiseJob } from '../api/order.ts';
import { Button } from '../parts/button.tsx';
import { FormDialog } from '../parts/form-dialog.tsx';

/** An hour and forty minutes of waiting, as servers usually count it, with room left for what is more urgent still. */
const usual = 50;

export function RaiseButton({ job }: { job: JobBrief }) {
  const [asking, setAsking] = useState(false);
  const mayNot = useMayNot('act');
  return (
    <>
      <Button onPress={() => setAsking(true)} whyNot={mayNot} title="Give it another place in line">
        <ArrowUpToLine size={14} aria-hidden="true" /> Raise
      </Button>
      {asking ? <RaiseDialog job={job} onClose={() => setAsking(false)} /> : null}
    </>
  );
}

function RaiseDialog({ job, onClose }: { job: JobBrief; onClose: () => void }) {
  const [priority, setPriority] = useState(String(Math.max(usual, job.priority)));
  return (
    <FormDialog
      title={`Raise ${job.name}`}
      verb="Set the priority"
      act={() => raiseJob(job, Number(priority))}
      onClose={onClose}
    >
      <p>
        Higher comes first. It now has {job.priority}
        {job.priority === 0 ? ', as usual' : ''}. It will build its own revision: no newer push takes its place.
      </p>
      <label>
        Priority
        <input
          type="number"
          required
          min={-100}
          max={100}
          step={1}
          value={priority}
          onChange={(event) => setPriority(event.target.value)}
        />
        <small>From -100 to 100.</small>
      </label>
    </FormDialog>
  );
}
