// Does at once what was asked one by one: while one batch is under way, whatever else comes waits and goes together.
// An idle process answers at once; a busy one spends one statement on many callers.

export type Gathered<Item, Result> = (item: Item) => Promise<Result>;

/** `work` gives a result for each item, in their order; when it throws, all of that batch hear it. */
export function gather<Item, Result>(
  most: number,
  work: (items: readonly Item[]) => Promise<readonly Result[]>,
): Gathered<Item, Result> {
  type Waiting = { readonly item: Item; resolve(result: Result): void; reject(error: unknown): void };
  let waiting: Waiting[] = [];
  let underWay = false;

  const run = async () => {
    if (underWay) return;
    underWay = true;
    while (waiting.length > 0) {
      const batch = waiting.slice(0, most);
      waiting = waiting.slice(most);
      try {
        const results = await work(batch.map((each) => each.item));
        for (const [index, each] of batch.entries()) each.resolve(results[index]!);
      } catch (error) {
        for (const each of batch) each.reject(error);
      }
    }
    underWay = false;
  };

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      // What comes in the same turn of the event loop goes together.
      setImmediate(run);
    });
}
