// Work that serves everyone who asked before it began: while it runs for one key, all who ask for that key share the next turn.

/** Fifty files that get their names in one directory at once need two or three fsyncs of it, not fifty. */
export function gather(work: (key: string) => Promise<void>): (key: string) => Promise<void> {
  const running = new Map<string, Promise<void>>();
  const next = new Map<string, Promise<void>>();
  const start = (key: string) => {
    const turn = work(key).finally(() => running.delete(key));
    running.set(key, turn);
    return turn;
  };
  return (key) => {
    const turn = running.get(key);
    if (!turn) return start(key);
    const waiting = next.get(key);
    if (waiting) return waiting;
    // Whether that turn went well is its askers' business.
    const after = turn.then(noop, noop).then(() => {
      next.delete(key);
      return start(key);
    });
    next.set(key, after);
    return after;
  };
}

const noop = () => undefined;
