// The limits of the queue, each with its reason. settings.ts fills them from the environment.
import type { OrderPolicy } from './decide/rank.ts';

export type QueueLimits = OrderPolicy & {
  /** How long a claim holds unless renewed. A lost worker is noticed after this. */
  readonly leaseSeconds: number;
  /** How long a claim holds whose worker has not said a word yet: its answer may have been lost. */
  readonly firstLeaseSeconds: number;
  /** Without anyone looking at leases for this long, all servers were away: holders get a whole lease to come back. */
  readonly outageSeconds: number;
  /** Wait before the second attempt; doubled for each further one. */
  readonly retrySeconds: number;
  /** The longest wait before an attempt. */
  readonly retryMostSeconds: number;
  /** Runs that error one after another before their worker is taken out; 0 = never. */
  readonly quarantineAfter: number;
};

export const queueDefaults: QueueLimits = {
  leaseSeconds: 60,
  firstLeaseSeconds: 20,
  outageSeconds: 20,
  retrySeconds: 2,
  retryMostSeconds: 300,
  quarantineAfter: 5,
  classSeconds: 14_400,
  prioritySeconds: 120,
};
