// Which older jobs of its lane a job that becomes ready stands for. Pure. What it never does is as important: hand-made, raised,
// nightly and try jobs have a limit of 0, so they neither absorb nor are absorbed, and each builds its own revision.

export type Coalescing = {
  readonly jobId: number;
  /** Pushes of a branch are numbered in their order. */
  readonly pushId: number;
  /** Jobs that it may stand for in all; 0 = none, and nobody stands for it. */
  readonly most: number;
  /** Jobs that it stands for already. */
  readonly absorbed: number;
  /** The time since which it waits, milliseconds. With its handicap that is its place in line. */
  readonly since: number;
  readonly handicapSeconds: number;
  readonly priority: number;
};
export type Absorption = {
  readonly jobIds: readonly number[];
  /** What the survivor is afterwards: the oldest place in line, the highest priority. */
  readonly absorbed: number;
  readonly since: number;
  readonly handicapSeconds: number;
  readonly priority: number;
};

/** The pushes right before its own, without a gap, as far as the limit goes. `ready`: other ready jobs of the same lane. */
export function absorb(entering: Coalescing, ready: readonly Coalescing[]): Absorption {
  const result = { ...entering, jobIds: [] as number[] };
  if (entering.most === 0) return result;
  const older = ready
    .filter((job) => job.most > 0 && job.pushId < entering.pushId)
    .sort((a, b) => b.pushId - a.pushId || b.jobId - a.jobId);
  for (const job of older) {
    const absorbed = result.absorbed + 1 + job.absorbed;
    if (absorbed > entering.most) break;
    result.jobIds.push(job.jobId);
    result.absorbed = absorbed;
    result.since = Math.min(result.since, job.since);
    result.handicapSeconds = Math.min(result.handicapSeconds, job.handicapSeconds);
    result.priority = Math.max(result.priority, job.priority);
  }
  return result;
}
