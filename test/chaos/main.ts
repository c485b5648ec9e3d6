// `npm run chaos -- --seed N --minutes M`: a long chaos. Says what it does, and ends in one line of JSON.
import { parseArgs } from 'node:util';
import { chaos } from './chaos.ts';

const { values } = parseArgs({
  args: process.argv.slice(2).filter((word) => word !== '--'),
  options: {
    seed: { type: 'string' },
    minutes: { type: 'string', default: '2' },
    servers: { type: 'string', default: '2' },
    workers: { type: 'string', default: '3' },
    quiet: { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed ?? Math.floor(Date.now() / 1000) % 1_000_000);
const begun = performance.now();
const say = (line: string) => {
  if (!values.quiet)
    process.stdout.write(`${((performance.now() - begun) / 1000).toFixed(1).padStart(7)} s  ${line}\n`);
};
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
  for (const problem of problems) process.stdout.write(`WRONG: ${problem}\n`);
  if (problems.length > 0) process.stdout.write(`Repeat it with: ${again}\n`);
  process.stdout.write(
    `${JSON.stringify({ chaos: problems.length === 0 ? 'passed' : 'failed', problems: problems.length, ...report })}\n`,
  );
  process.exit(problems.length === 0 ? 0 : 1);
} catch (error) {
  process.stdout.write(`${(error as Error).stack}\nRepeat it with: ${again}\n`);
  process.stdout.write(`${JSON.stringify({ chaos: 'failed', seed, why: (error as Error).message.split('\n')[0] })}\n`);
  process.exit(1);
}
