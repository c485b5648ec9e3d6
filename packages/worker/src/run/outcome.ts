// How a run ends: what each ending of a step means for the steps after it and for the verdict. Pure.
import { constants } from 'node:os';
import type { Reason, StepSpec, StepState, Verdict } from '@signalbox/protocol/browser';
import type { Ending } from '../process/run-command.ts';

export type Outcome = { readonly verdict: Verdict; readonly reason: Reason };

export const interruptedKinds = ['cancelled', 'lost', 'stopped', 'job-timed-out', 'disk-full'] as const;
export type InterruptedKind = (typeof interruptedKinds)[number];

/** Something from outside that ends a run before its steps are done. */
export class Interrupted extends Error {
  override name = 'Interrupted';
  readonly kind: InterruptedKind;
  readonly outcome: Outcome;

  constructor(kind: InterruptedKind, reason: Reason) {
    super(reason.text);
    this.kind = kind;
    this.outcome = { verdict: verdictOf[kind], reason };
  }
}

/** The run goes on without this worker: the next one takes it up. */
export class HandedOver extends Error {
  override name = 'HandedOver';
}

const verdictOf = {
  cancelled: 'cancelled',
  lost: 'errored',
  stopped: 'errored',
  'job-timed-out': 'failed',
  'disk-full': 'errored',
} as const satisfies Record<InterruptedKind, Verdict>;

/** State of the step that was running when a run was interrupted. */
export function stateWhen(interrupted: Interrupted): StepState {
  const { verdict } = interrupted.outcome;
  return verdict === 'failed' || verdict === 'errored' ? verdict : 'cancelled';
}

export function runsNow(step: StepSpec, hasFailed: boolean): boolean {
  return !hasFailed || step.always;
}

/** Null when the step passed. */
export function failureOf(step: StepSpec, { how, exitCode }: Ending): Reason | null {
  const name = `step "${step.name}"`;
  if (how === 'timed-out') {
    return { code: 'step-timed-out', text: `${name} took longer than ${step.timeoutSeconds} s` };
  }
  if (how === 'silent') return { code: 'step-silent', text: `${name} printed nothing for ${step.silentSeconds} s` };
  if (exitCode === 0) return null;
  return { code: 'step-failed', text: `${name} ${exitText(exitCode)}` };
}

export function passedWith(forgiven: readonly string[], count: number): Outcome {
  const names = forgiven.map((name) => `"${name}"`).join(', ');
  const all = count === 1 ? 'the step passed' : `all ${count} steps passed`;
  const text = forgiven.length === 0 ? all : `passed; ${names} failed, which may fail`;
  return { verdict: 'passed', reason: { code: 'all-steps-passed', text } };
}

function exitText(exitCode: number): string {
  const signal = Object.entries(constants.signals).find(([, number]) => number === exitCode - 128);
  return signal ? `exited with ${exitCode} (${signal[0]})` : `exited with ${exitCode}`;
}
