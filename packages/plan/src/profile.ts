// Where the time of a check goes: by stage, file and job. The clock is the caller's: the package itself reads none.

/** Milliseconds from any beginning. */
export type Clock = { readonly now: () => number; readonly spans: Span[] };

export type Span = Named & { readonly start: number; readonly end: number };

export type Named = {
  readonly kind: 'stage' | 'file' | 'job' | 'check';
  readonly name: string;
  /** Where it is written, as an offset of the source; none for stages. */
  readonly offset?: number | undefined;
};

/** Without a clock it costs nothing. */
export function timed<Result>(clock: Clock | undefined, named: Named, act: () => Result): Result {
  if (!clock) return act();
  const start = clock.now();
  try {
    return act();
  } finally {
    clock.spans.push({ ...named, start, end: clock.now() });
  }
}
