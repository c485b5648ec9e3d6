// Decides what follows a run that ended: is the job done, or is it tried again, and when? Pure.
import type { ReasonCode, Verdict } from '@signalbox/protocol';
import type { QueueLimits } from '../limits.ts';

export type RetryFacts = {
  readonly verdict: Verdict;
  readonly reason: ReasonCode;
  /** Errored runs of the job before this one, since a person last asked for it. */
  readonly erroredCount: number;
  /** Runs that may end errored in all. */
  readonly attempts: number;
};
export type Next = { readonly kind: 'done' } | { readonly kind: 'again'; readonly afterSeconds: number };

/** Only what is not the code's fault is tried again; the wait doubles so that a broken machine is not hammered. */
export function retry(facts: RetryFacts, limits: QueueLimits): Next {
  if (facts.verdict !== 'errored' || facts.erroredCount + 1 >= facts.attempts) return { kind: 'done' };
  const afterSeconds = Math.min(limits.retrySeconds * 2 ** facts.erroredCount, limits.retryMostSeconds);
  return { kind: 'again', afterSeconds: facts.reason === 'worker-stopped' ? 0 : afterSeconds };
}
