// Does a server that `start` did not start use this data directory? `down` must not take its database away under it.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Mistake } from '../mistake.ts';
import { real } from './data-directory.ts';
import { hasGuests } from './embedded-postgres.ts';

/** The connections of a server that was killed are gone after a moment. */
const momentSeconds = 5;

/** @throws Mistake that says what to stop. */
export async function refuseWhileInUse(data: string): Promise<void> {
  const pid = process.platform === 'linux' ? findServe(data) : undefined;
  if (pid !== undefined) {
    const cure = `Stop it first: Ctrl-C where it runs, its service, or \`kill ${pid}\`.`;
    throw new Mistake('conflict', `\`signalbox serve\` (process ${pid}) uses ${data}: nothing is stopped.`, cure);
  }
  const deadline = performance.now() + momentSeconds * 1000;
  while (await hasGuests(data)) {
    if (performance.now() > deadline) {
      const cure = 'Stop what uses it first: a `signalbox serve`, or a psql.';
      throw new Mistake('conflict', `Somebody is connected to the PostgreSQL in ${data}: nothing is stopped.`, cure);
    }
    await pause(100);
  }
}

/** The number of a `signalbox serve` with this data directory. */
function findServe(data: string): number | undefined {
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
    try {
      if (dataOfServe(`/proc/${name}`) === data) return Number(name);
    } catch (error) {
      // It has ended meanwhile, or belongs to somebody else: then what it is connected to tells.
      if (!['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
  return undefined;
}

function dataOfServe(place: string): string | undefined {
  const words = readFileSync(`${place}/cmdline`, 'utf8').split('\0');
  const program = words.findIndex((word) => ['signalbox', 'signalbox.js'].includes(basename(word)));
  if (program < 0 || words[program + 1] !== 'serve') return undefined;
  const position = words.indexOf('--data');
  const told =
    (position > 0 ? words[position + 1] : words.find((word) => word.startsWith('--data='))?.slice(7)) ??
    /(?:^|\0)SIGNALBOX_DATA=([^\0]+)/.exec(readFileSync(`${place}/environ`, 'utf8'))?.[1];
  return told === undefined ? undefined : real(resolve(readlinkSync(`${place}/cwd`), told));
}
