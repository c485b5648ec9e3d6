// One at a time for each name, and the newest goes first: who comes stops the one that is at it, and waits until that has ended.

export function createTurns() {
  const underWay = new Map<string, { readonly stop: () => void; readonly over: Promise<void> }>();
  return {
    async alone<Answer>(name: string, stop: () => void, work: () => Promise<Answer>): Promise<Answer> {
      for (let other = underWay.get(name); other; other = underWay.get(name)) {
        other.stop();
        await other.over;
      }
      const answer = work();
      const turn = { stop, over: answer.then(noop, noop) };
      underWay.set(name, turn);
      try {
        return await answer;
      } finally {
        if (underWay.get(name) === turn) underWay.delete(name);
      }
    },
  };
}

const noop = () => undefined;
