// How many schedules of the queue's decisions are played in a second: each is a random load of some hundred jobs, played to its end
// on a virtual clock with every rule looked at after every event. Seeds have nothing to do with one another, so each core plays some of them.
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { say } from './ground/figures.ts';
import type { PlayedPart } from './ground/play-part.ts';

export async function simulation(args: readonly string[]): Promise<Record<string, number>> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      schedules: { type: 'string', default: '20000' },
      seed: { type: 'string', default: '1' },
      scale: { type: 'string', default: '1' },
      processes: { type: 'string', default: String(availableParallelism()) },
    },
  });
  const schedules = Math.max(1, Math.round(Number(values.schedules) * Number(values.scale)));
  const processes = Math.min(schedules, Number(values.processes));
  say(`${schedules} schedules from seed ${values.seed}, in ${processes} processes`);
  const each = Math.ceil(schedules / processes);
  const parts = await Promise.all(
    Array.from({ length: Math.ceil(schedules / each) }, (_, index) =>
      playPart(Number(values.seed) + index * each, Math.min(each, schedules - index * each)),
    ),
  );
  const broken = parts.flatMap((part) => part.broken);
  for (const one of broken) say(one);
  if (broken.length > 0) throw new Error(`${broken.length} schedules broke a rule`);
  const sum = (of: (part: PlayedPart) => number) => parts.reduce((all, part) => all + of(part), 0);
  return {
    schedules,
    processes,
    jobs: sum((part) => part.jobs),
    runs: sum((part) => part.runs),
    virtualDays: Math.round(sum((part) => part.seconds) / 86_400),
    // Each by its own clock, from its first schedule on: how long a process takes to start is not what is measured.
    schedulesPerSecond: Math.round(sum((part) => part.perSecond)),
  };
}

function playPart(seed: number, schedules: number): Promise<PlayedPart> {
  return new Promise((resolve, reject) => {
    const child = fork(join(import.meta.dirname, 'ground/play-part.ts'), [String(seed), String(schedules)]);
    child.once('message', (part) => resolve(part as PlayedPart));
    child.once('exit', (code) => reject(new Error(`The process that plays from seed ${seed} ended with ${code}`)));
  });
}
