// Looks again when hinted, but never twice at once and never in a hurry: many hints in a moment are one look.

export type Gentle = { hint(): void; stop(): void };

const shortestWait = 100;
const waitAfterFailure = 2_000;

/** After a look that took long the next one waits longer, so that a busy page does not drown its server. */
export function gently(look: () => Promise<unknown>): Gentle {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let looking = false;
  let again = false;
  let wait = shortestWait;
  let stopped = false;

  const begin = async () => {
    timer = null;
    looking = true;
    again = false;
    const started = performance.now();
    try {
      await look();
      wait = Math.max(shortestWait, 2 * (performance.now() - started));
    } catch {
      // Nothing is lost: the next hint looks again, and so does the stream of hints when it is back.
      wait = waitAfterFailure;
    }
    looking = false;
    if (again) plan();
  };
  const plan = () => {
    if (!stopped && timer === null) timer = setTimeout(begin, wait);
  };

  return {
    hint() {
      if (looking) again = true;
      else plan();
    },
    stop() {
      stopped = true;
      if (timer !== null) clearTimeout(timer);
    },
  };
}
