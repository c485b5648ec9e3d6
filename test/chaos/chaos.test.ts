// A short chaos from a seed, in every test run: servers, workers, PostgreSQL and the network fail for some seconds, and then all
// that was asked for is there, once, with every byte. `npm run chaos` does it for longer.
import { expect, test } from 'vitest';
import { chaos } from './chaos.ts';

test('whatever fails in between, each job ends once with its right verdict and its whole log', async () => {
  const said: string[] = [];
  const report = await chaos({
    seed: 556,
    seconds: 6,
    faultEverySeconds: 0.5,
    workEverySeconds: 1.1,
    longestFaultSeconds: 2.5,
    // A connection to the database that is dead without knowing is found out after a minute.
    without: ['half-open-database'],
    say: (line) => said.push(line),
  });
  expect(report.problems, said.join('\n')).toEqual([]);
  expect(report.faultsInAll).toBeGreaterThan(5);
  expect(report.jobs).toBeGreaterThan(10);
  expect(report.logsCompared).toBeGreaterThan(10);
  expect(report.invariantChecks).toBeGreaterThan(1);
}, 240_000);
