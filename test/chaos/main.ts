// `npm run chaos -- --seed N --minutes M`: a long chaos. `npm run chaos -- --crash-points`: every named place where a process
// may die. Says what it does, and ends in one line of JSON.
import { parseArgs } from 'node:util';
import { chaos } from './chaos.ts';
import { openCrashYard, places } from './crash.ts';

const { values } = parseArgs({
  args: process.argv.slice(2).filter((word) => word !== '--'),
  options: {
    seed: { type: 'string' },
    minutes: { type: 'string', default: '2' },
    servers: { type: 'string', default: '2' },
    workers: { type: 'string', default: '3' },
    'crash-points': { type: 'boolean', default: false },
    quiet: { type: 'boolean', default: false },
  },
});
const begun = performance.now();
const print = (line: string) => void process.stdout.write(`${line}\n`);
const say = (line: string) => {
  if (!values.quiet) print(`${((performance.now() - begun) / 1000).toFixed(1).padStart(7)} s  ${line}`);
};
const isWell = values['crash-points'] ? await crashEverywhere() : await chaosFromSeed();
process.exit(isWell ? 0 : 1);

async function chaosFromSeed(): Promise<boolean> {
  const seed = Number(values.seed ?? Math.floor(Date.now() / 1000) % 1_000_000);
  const again = `npm run chaos -- --seed ${seed} --minutes ${values.minutes} --servers ${values.servers} --workers ${values.workers}`;
  say(`seed ${seed}`);
  try {
    const { problems, ...report } = await chaos({
      seed,
      seconds: Number(values.minutes) * 60,
      servers: Number(values.servers),
      workers: Number(values.workers),
      say,
    });
    for (const problem of problems) print(`WRONG: ${problem}`);
    if (problems.length > 0) print(`Repeat it with: ${again}`);
    const result = problems.length === 0 ? 'passed' : 'failed';
    print(JSON.stringify({ chaos: result, problems: problems.length, ...report }));
    return problems.length === 0;
  } catch (error) {
    print(`${(error as Error).stack}\nRepeat it with: ${again}`);
    print(JSON.stringify({ chaos: 'failed', seed, why: (error as Error).message.split('\n')[0] }));
    return false;
  }
}

async function crashEverywhere(): Promise<boolean> {
  const yard = await openCrashYard();
  const failed: string[] = [];
  for (const place of places) {
    const at = performance.now();
    const error = await yard.crash(place).catch((cause: Error) => cause);
    if (error) failed.push(place.point);
    const seconds = ((performance.now() - at) / 1000).toFixed(1);
    say(`${place.program} dies at ${place.point}: ${error ? error.message : `all is well after ${seconds} s`}`);
  }
  await yard.close();
  if (failed.length > 0) print('Repeat it with: npm run chaos -- --crash-points');
  print(JSON.stringify({ chaos: failed.length === 0 ? 'passed' : 'failed', crashPoints: places.length, failed }));
  return failed.length === 0;
}
