// Asks why a pool, a branch or a lane is to be paused, and pauses it.
import type { PauseTarget } from '@signalbox/protocol/browser';
import { type ReactNode, useState } from 'react';
import { pause } from '../api/order.ts';
import { FormDialog, Reason } from './form-dialog.tsx';

type Props = {
  readonly title: string;
  readonly verb: string;
  readonly target: PauseTarget;
  readonly hint: string;
  readonly onClose: () => void;
  /** What else is asked, before the reason. */
  readonly children?: ReactNode;
};

export function PauseDialog({ title, verb, target, hint, onClose, children }: Props) {
  const [reason, setReason] = useState('');
  return (
    <FormDialog title={title} verb={verb} act={() => pause({ ...target, reason: reason.trim() })} onClose={onClose}>
      <p>What runs goes on. What is ready waits until somebody resumes it; new jobs wait too.</p>
      {children}
      <Reason value={reason} onChange={setReason} hint={hint} />
    </FormDialog>
  );
}
