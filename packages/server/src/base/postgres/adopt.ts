// Decides whether a PostgreSQL that runs on the cluster can be taken over. One that can no longer be reached is ended.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { readAddress } from './address.ts';
import { whyNoAnswer } from './answer.ts';
import type { KeeperOptions } from './keeper.ts';
import { endPostmaster } from './postmaster.ts';
import { type Postmaster, pidFileIsForeign, postmasterOf } from './processes.ts';

/** It may be recovering from a crash, which takes as long as it takes: only silence without end is given up on. */
const patienceSeconds = 600;

export async function adoptable({ place, binaries, address, log }: KeeperOptions): Promise<Postmaster | undefined> {
  const deadline = performance.now() + patienceSeconds * 1000;
  let unreachableSince: number | undefined;
  for (;;) {
    const found = await postmasterOf(place.cluster);
    if (!found) {
      // After a restart of the machine its number may be another program's: PostgreSQL would then refuse to start.
      if (await pidFileIsForeign(place.cluster)) await rm(join(place.cluster, 'postmaster.pid'), { force: true });
      return undefined;
    }
    const actual = (await readAddress(place)) ?? address;
    const problem = await whyNoAnswer(actual, place);
    if (problem === undefined) return found;
    const now = performance.now();
    // The socket of a ready one is gone: somebody cleaned the temporary folder, and only a new start helps.
    unreachableSince = found.isReady && /ENOENT|ECONNREFUSED/.test(problem) ? (unreachableSince ?? now) : undefined;
    if (now > deadline || (unreachableSince !== undefined && now - unreachableSince > 500)) {
      log(`PostgreSQL runs in ${place.cluster} but cannot be reached (${problem}): ending it, to start another`);
      await endPostmaster(found.pid, place, binaries);
      return undefined;
    }
    await after(50);
  }
}
