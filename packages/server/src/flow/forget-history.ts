// History ends somewhere: what ended long ago is forgotten, room by room, in small batches, by any number of servers at once.
// Nothing that is open or held by a pin or for ever, no audit, and no file: what is left in the archive then, its sweeper removes.
import type { Db } from '../base/index.ts';
import { forgetPipelines, forgetWorkers } from '../queue/index.ts';
import { forgetCases, forgetResults, stillWriting } from '../record/index.ts';
import { forgetPushes } from '../source/index.ts';

/** Batches in one turn: a server that is asked to stop waits for the end of a batch, and others get their turn between. */
const mostBatches = 200;

/** `seconds` 0: nothing is ever forgotten. */
export async function forgetHistory(db: Db, seconds: number, isStopped: () => boolean): Promise<void> {
  if (seconds === 0) return;
  const batches = async (work: () => Promise<number>) => {
    for (let batch = 0; batch < mostBatches && !isStopped(); batch += 1) if ((await work()) === 0) return;
  };
  await batches(async () => {
    let results = 0;
    const { pipelines, jobs } = await forgetPipelines(db, seconds, async (tx, jobIds) => {
      const { removed, left } = await forgetResults(tx, jobIds);
      results = removed;
      return [...(await stillWriting(tx, jobIds)), ...left];
    });
    return pipelines + jobs + results;
  });
  await batches(() => forgetCases(db, seconds));
  await batches(() => forgetPushes(db, seconds));
  await forgetWorkers(db, seconds);
}
