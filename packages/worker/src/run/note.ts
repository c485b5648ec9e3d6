// What a run tells the next worker by way of the supervisor of its steps, in case this one ends. The meaning of a field
// does not change without the number in supervisor/messages.ts.
import type { Step } from '@signalbox/protocol/browser';
import type { Interruption } from '../supervisor/messages.ts';
import { Interrupted, type InterruptedKind, interruptedKinds, type Outcome } from './outcome.ts';

export type Note = {
  /** As the steps stood when the last command began. */
  readonly steps: readonly Step[];
  /** Once it is known: then only the telling is left. */
  readonly outcome: Outcome | null;
};

export function interruptionOf({ kind, outcome }: Interrupted): Interruption {
  return { kind, reason: outcome.reason };
}

/** A kind that this version does not know ends the run as a stop does. */
export function interruptedBy({ kind, reason }: Interruption): Interrupted {
  const known = interruptedKinds.find((each) => each === kind) ?? 'stopped';
  return new Interrupted(known satisfies InterruptedKind, reason as Interrupted['outcome']['reason']);
}
