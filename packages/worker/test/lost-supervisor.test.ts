// The process that runs the steps is killed: their runs are given up with a reason, and the worker lives on.
import { expect, test } from 'vitest';
import { until } from '../../../test/kit/wait.ts';
import { program, supervisorsOf } from './kit/program.ts';
import { textOf } from './kit/station.ts';
import { site } from './kit/worker.ts';

test('a supervisor that is killed while the log has to wait takes no worker with it', { timeout: 60_000 }, async () => {
  const own = await site();
  const { station, dataDir } = own;
  let isAway = false;
  station.fate = (id) => (isAway && id === 'append-log' ? 'not-ready' : 'answer');
  const run = station.submit({ steps: ['while :; do echo more; sleep 0.05; done'] });
  const { child, said } = program(own);
  await station.until('its first line', () => textOf(run, 1) !== '', 30);
  isAway = true;
  const refused = () => station.calls.filter(({ id }) => id === 'append-log').length;
  const before = refused();
  await station.until('an append that has to wait', () => refused() > before + 1);
  for (const id of supervisorsOf(dataDir)) process.kill(id, 'SIGKILL');
  await until('word of it', () => said.join('').includes('The supervisor of the steps ended'));
  const then = refused();
  await station.until('more tries', () => refused() > then + 2);
  isAway = false;
  await station.until('its end', () => run.finish !== null, 30);
  expect(run.finish).toMatchObject({ verdict: 'errored' });
  const next = station.submit({ steps: ['echo well'] });
  await station.finished(next, 30);
  expect(textOf(next, 1)).toBe('well\n');
  expect(child.exitCode).toBe(null);
});
