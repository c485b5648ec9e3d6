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
  readonly #heads: Head<Job>[] = [];
  #turn = 0;

  constructor(lines: ReadonlyMap<string, readonly Job[]>, { running, served }: Shares) {
    for (const [share, line] of lines) {
      const turn = served.get(share) ?? Number.NEGATIVE_INFINITY;
      this.#heads.push(new Head(line, running.get(share) ?? 0, turn));
      this.#turn = Math.max(this.#turn, turn);
    }
  }

  /** The job that comes next; it leaves the line. Say so when it was given to somebody; else it was passed over. */
  next(): Turn<Job> | undefined {
    this.#turn += 1;
    return whoseTurn(this.#heads)?.take(this.#turn);
  }
}

/** Good until the next one is asked for. */
export type Turn<Job> = { readonly job: Job; given(): void };

/** One share's line, from its first job that is not taken. */
class Head<Job extends InLine> {
  readonly #line: readonly Job[];
  #next = 0;
  #turn = 0;
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

  take(turn: number): Turn<Job> {
    this.#next += 1;
    this.#turn = turn;
    return this as Turn<Job>;
  }

  /** The last that was taken. */
  get job(): Job {
    return this.#line[this.#next - 1]!;
  }

  given(): void {
    this.running += 1;
    this.served = this.#turn;
  }
}

/**
 * The job of the lowest rank is due. Its turn is taken by a share that has fewer runs, or as many and was given none for longer, if
 * that one's first job is of the same class and priority or a better one: of several the lowest rank. That one's turn may be taken
 * again, until nobody has a better claim.
 */
function whoseTurn<Job extends InLine>(heads: readonly Head<Job>[]): Head<Job> | undefined {
  let due: Head<Job> | undefined;
  for (const head of heads) if (head.first && (!due || isBefore(head, due))) due = head;
  while (due) {
    const most = handicapOf(due.first!);
    let taker: Head<Job> | undefined;
    for (const head of heads) {
      if (!head.first || !hasLess(head, due) || handicapOf(head.first) > most) continue;
      if (!taker || isBefore(head, taker)) taker = head;
    }
    if (!taker) break;
    due = taker;
  }
  return due;
}

const handicapOf = ({ rank, since }: InLine): number => Math.round(rank - since);

const isBefore = <Job extends InLine>({ first: a }: Head<Job>, { first: b }: Head<Job>): boolean =>
  a!.rank < b!.rank || (a!.rank === b!.rank && a!.jobId < b!.jobId);

const hasLess = <Job extends InLine>(a: Head<Job>, b: Head<Job>): boolean =>
  a.running < b.running || (a.running === b.running && a.served < b.served);
