// Rules, pins and the audit by HTTP and by the command line: each deed is noted with who did it, and who may not is refused.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runProgram } from '../../../../test/kit/programs.ts';
import { type TestServer, testServer } from '../../../../test/kit/server.ts';
import { openYard } from './yard.ts';

let house: TestServer;
beforeAll(async () => {
  house = await testServer();
}, 60_000);
afterAll(() => house.stop());

test('pins and rules are listed, noted in the audit, and the audit is read page by page', async () => {
  const { person } = house;
  const { jobId, pipelineId } = await (await openYard(house)).submitJob();
  const pin = await person.call('pin', { body: { kind: 'job', job: jobId, reason: 'a crash' } });
  await person.call('pin', { body: { kind: 'pipeline', pipeline: pipelineId, reason: 'all of it' } });
  expect((await person.call('list-pins', {})).items).toMatchObject([
    { job: jobId, reason: 'a crash' },
    { pipeline: pipelineId },
  ]);
  await person.call('unpin', { params: { pin: pin.id } });
  await person.call('unpin', { params: { pin: pin.id } });
  const rule = await person.call('set-retention', { body: { place: 'try', branch: 'x/*', kind: 'logs', days: 3 } });
  await person.call('remove-retention', { params: { rule: rule.id } });
  expect((await person.call('list-retention', {})).items.map(({ place, days }) => [place, days])).toEqual([
    ['builds', 14],
    ['nightly', 30],
    ['release', null],
    ['try', 7],
  ]);
  expect(await person.call('plan-purge', {})).toEqual({ items: [], totals: [], held: { files: 0, sizeBytes: 0 } });
  expect(await person.call('purge', {})).toEqual({ files: 0, sizeBytes: 0, more: false });
  const pins = await person.call('list-audit', { query: { action: 'pin.' } });
  expect(pins.items.map(({ action, subject }) => [action, subject])).toEqual([
    ['pin.remove', `job ${jobId}`],
    ['pin.set', `pipeline ${pipelineId}`],
    ['pin.set', `job ${jobId}`],
  ]);
  const first = await person.call('list-audit', { query: { limit: 2 } });
  expect(first.items.map(({ action }) => action)).toEqual(['retention.remove', 'retention.set']);
  const second = await person.call('list-audit', { query: { limit: 1, cursor: first.next! } });
  expect(second.items[0]).toMatchObject({ action: 'pin.remove' });
});

test('the command line does the same', async () => {
  const signalbox = async (...args: string[]) => {
    const done = await runProgram([...args, '--server', house.address]);
    expect([args, done.code, done.code === 0 ? '' : done.output]).toEqual([args, 0, '']);
    return done.stdout;
  };
  expect(await signalbox('retention', '--dry-run')).toBe('Nothing would go.\n');
  expect(await signalbox('retention', 'set', 'nightly', '60')).toMatch(/^nightly 60 days/);
  expect(await signalbox('retention', 'rules')).toMatch(/nightly +\* +all +60 days/);
  expect(await signalbox('pins')).toContain('all of it');
  expect(await signalbox('audit', '--action', 'retention.set', '--limit', '1')).toContain('{"days":60}');
}, 120_000);
