// Whose turn it is in a pool: between jobs, what they are and how long they wait; between branches (for try, between people), who
// has least. Pure. Age alone would let whoever came first with a hundred jobs keep all workers until the last of them has run.

export type InLine = {
  readonly jobId: number;
  readonly share: string;
  /** Milliseconds since 1970: the time since which it waits. */
  readonly since: number;
  /** The same, moved by its handicap (class and priority): its place in line. */
  readonly rank: number;
};
export type Shares = {
  /** Runs that each share has in the pool. */
  readonly running: ReadonlyMap<string, number>;
  /** When each share was last given a run: any number that grows. Not there: not lately. */
  readonly served: ReadonlyMap<string, number>;
};

/** The lines of the shares of a pool, each in the order of its ranks. */
export class Turns<Job extends InLine> {
  readonly #heads: Head<Job>[];
  #turn: number;

  constructor(lines: ReadonlyMap<string, readonly Job[]>, { running, served }: Shares) {
    this.#turn = Math.max(0, ...served.values());
    this.#heads = [...lines].map(
      ([share, line]) => new Head(line, running.get(share) ?? 0, served.get(share) ?? Number.NEGATIVE_INFINITY),
    );
  }

  /** The job that comes next; it leaves the line. Say so when it was given to somebody; else it was passed over. */
  next(): { readonly job: Job; readonly given: () => void } | undefined {
    const head = whoseTurn(this.#heads);
    if (!head) return undefined;
    return { job: head.take(), given: () => head.given(++this.#turn) };
  }
}

/** One share's line, from its first job that is not taken. */
class Head<Job extends InLine> {
  readonly #line: readonly Job[];
  #next = 0;
  running: number;
  served: number;

  constructor(line: readonly Job[], running: number, served: number) {
    this.#line = line;
    this.running = running;
    this.served = served;
  }

  get first(): Job | undefined {
    return this.#line[this.#next];
  }

  take(): Job {
    return this.#line[this.#next++]!;
  }

  given(turn: number): void {
    this.running += 1;
    this.served = turn;
  }
}

/**
 * The job of the lowest rank says which class and priority is due. Among the shares whose first job is of that class and priority
 * or a better one, the one with the fewest runs has its turn; then the one that was given none for longest; then the lower rank.
 */
function whoseTurn<Job extends InLine>(heads: readonly Head<Job>[]): Head<Job> | undefined {
  let due: Head<Job> | undefined;
  for (const head of heads) if (head.first && (!due || byRank(head, due) < 0)) due = head;
  if (!due) return undefined;
  const most = handicapOf(due.first!);
  let best = due;
  for (const head of heads) {
    if (head.first && handicapOf(head.first) <= most && byShare(head, best) < 0) best = head;
  }
  return best;
}

const handicapOf = ({ rank, since }: InLine): number => Math.round(rank - since);

const byRank = <Job extends InLine>({ first: a }: Head<Job>, { first: b }: Head<Job>): number =>
  a!.rank - b!.rank || a!.jobId - b!.jobId;

const byShare = <Job extends InLine>(a: Head<Job>, b: Head<Job>): number =>
  a.running - b.running || (a.served === b.served ? byRank(a, b) : a.served - b.served);
