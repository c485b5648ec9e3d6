// When a job may begin, from what runs and what is before it, if all take as long as usual. Pure. It plays the places of a pool:
// whichever comes free first takes the next job.

export type Place = {
  /** What it runs now; null: it is free. */
  readonly run: { readonly elapsedSeconds: number; readonly usualSeconds: number | null } | null;
  /** When it may have the job in question; null: another place is preferred for as long as there is one. */
  readonly opensInSeconds: number | null;
};
export type EstimateFacts = {
  readonly places: readonly Place[];
  /** Usual seconds of the jobs before it, in their order; null: not known. */
  readonly ahead: readonly (number | null)[];
  /** It does not begin sooner, whatever is free. */
  readonly notBeforeSeconds: number;
};
export type Estimate = { readonly earliestSeconds: number; readonly likelySeconds: number };

/** At the earliest: all take so much of their usual time, and what nobody knows takes none. */
const briskly = 0.75;
/** What runs longer than usual takes so much of its usual time again. */
const overdue = 0.1;

/** null: nobody can know, since no usual duration is known of what must end before. */
export function estimate(facts: EstimateFacts): Estimate | null {
  const { places, ahead } = facts;
  if (places.length === 0) return null;
  const all = [...places.flatMap(({ run }) => (run ? [run.usualSeconds] : [])), ...ahead];
  const known = all.filter((seconds) => seconds !== null);
  const free = places.filter(({ run }) => run === null);
  const mustWait = ahead.length > 0 || free.every(({ opensInSeconds }) => opensInSeconds === null);
  if (mustWait && known.length === 0) return null;
  const earliestSeconds = play(facts, { pace: briskly, unknownSeconds: 0 });
  const likelySeconds = play(facts, { pace: 1, unknownSeconds: median(known) });
  return likelySeconds === null || earliestSeconds === null
    ? null
    : { earliestSeconds, likelySeconds: Math.max(earliestSeconds, likelySeconds) };
}

type Assumed = { readonly pace: number; readonly unknownSeconds: number };

function play({ places, ahead, notBeforeSeconds }: EstimateFacts, { pace, unknownSeconds }: Assumed): number | null {
  const lengthOf = (usual: number | null) => (usual === null ? unknownSeconds : usual * pace);
  const free = new FreeAt(
    places.map(({ run, opensInSeconds }) => {
      if (!run) return { at: 0, opensInSeconds };
      const length = lengthOf(run.usualSeconds);
      return { at: Math.max(length - run.elapsedSeconds, length * overdue), opensInSeconds };
    }),
  );
  for (const usual of ahead) free.take(lengthOf(usual));
  const starts = free.all.flatMap(({ at, opensInSeconds }) =>
    opensInSeconds === null ? [] : [Math.max(at, opensInSeconds, notBeforeSeconds)],
  );
  return starts.length === 0 ? null : Math.min(...starts);
}

type Free = { readonly at: number; readonly opensInSeconds: number | null };

/** Places by the time at which they come free. */
class FreeAt {
  readonly #places: Free[];

  constructor(places: readonly Free[]) {
    this.#places = places.toSorted((a, b) => b.at - a.at);
  }

  /** Last comes free first. */
  get all(): readonly Free[] {
    return this.#places;
  }

  /** The next place that comes free is taken for so long. */
  take(seconds: number): void {
    const next = this.#places.pop()!;
    const again = { ...next, at: next.at + seconds };
    let [low, high] = [0, this.#places.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#places[middle]!.at > again.at) low = middle + 1;
      else high = middle;
    }
    this.#places.splice(low, 0, again);
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
