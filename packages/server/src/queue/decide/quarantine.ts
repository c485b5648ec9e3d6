// Whether a worker is taken out by itself. Pure. A broken machine errors run after run and would eat the attempts of every job.

export type QuarantineFacts = {
  /** Runs that errored one after another, the one that just ended included. */
  readonly erroredInARow: number;
  /** So many are enough; 0 = never. */
  readonly after: number;
  /** Workers that share a pool with it, are there, and were not taken out by a person; itself included. */
  readonly workers: number;
  /** Of those, taken out by this rule already. */
  readonly quarantined: number;
};

/** Never more than half of the workers: when all error, it is not their fault. */
export function shouldQuarantine({ erroredInARow, after, workers, quarantined }: QuarantineFacts): boolean {
  return after > 0 && erroredInARow >= after && (quarantined + 1) * 2 <= workers;
}
