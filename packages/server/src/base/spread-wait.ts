// How long a call that may wait is kept waiting. A fleet that came together, as after a restart, shall not come together again and
// again: long waits end up to a fifth early, each at another time.

/** Nobody is sent away earlier than they asked for where that is soon. */
const shortSeconds = 5;
const earlyPart = 0.2;

/** Milliseconds. `seconds`: the longest that the caller waits. */
export function spreadWaitMs(seconds: number): number {
  return seconds <= shortSeconds ? seconds * 1000 : seconds * 1000 * (1 - earlyPart * Math.random());
}
