// Error lines of runs: kept within a limit that no step can use up for the others, whatever order reports come in, and fenced.
import { randomUUID } from 'node:crypto';
import type { ErrorLine } from '@signalbox/protocol';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sql } from '../../src/base/index.ts';
import { keepErrorLines, listErrorLines, recordDefaults } from '../../src/record/index.ts';
import { type RecordKit, recordKit } from './kit.ts';

let kit: RecordKit;
beforeAll(async () => {
  kit = await recordKit();
});
afterAll(() => kit.drop());

const limits = { ...recordDefaults, errorLines: 10 };
const found = (step: number, line: number): ErrorLine => ({
  step,
  line,
  startByte: line * 100,
  text: `error ${step}:${line}`,
  pattern: 'error',
  fingerprint: 'abcdef0123456789',
});
const places = (items: readonly ErrorLine[]) => items.map(({ step, line }) => `${step}:${line}`);

test('what is reported is listed, in the order of steps and lines', async () => {
  const hold = await kit.startRun();
  await keepErrorLines(kit.db, hold, { items: [found(2, 7), found(1, 3)], stopped: [] }, limits);
  await keepErrorLines(kit.db, hold, { items: [found(2, 5)], stopped: [{ step: 2, line: 90, why: 'time' }] }, limits);
  const { items, stopped } = await listErrorLines(kit.db, hold.runId, limits);
  expect(items).toEqual([found(1, 3), found(2, 5), found(2, 7)]);
  expect(stopped).toEqual([{ step: 2, line: 90, why: 'time' }]);
});

test('a step that prints many leaves room for the step that comes after it', async () => {
  const hold = await kit.startRun();
  const many = Array.from({ length: 30 }, (_, line) => found(1, line + 1));
  await keepErrorLines(kit.db, hold, { items: many, stopped: [] }, limits);
  expect(places((await listErrorLines(kit.db, hold.runId, limits)).items)).toEqual(places(many.slice(0, 10)));
  await keepErrorLines(kit.db, hold, { items: [found(3, 4), found(3, 8)], stopped: [] }, limits);
  const { items, stopped } = await listErrorLines(kit.db, hold.runId, limits);
  expect(places(items)).toEqual([...places(many.slice(0, 8)), '3:4', '3:8']);
  expect(stopped).toEqual([{ step: 1, line: 9, why: 'enough' }]);
});

test('reports in any order, in any parts, any of them twice, leave the same lines', async () => {
  const place = fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 1, max: 30 }));
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(place, { maxLength: 40, selector: String }),
      fc.array(fc.nat(), { minLength: 40, maxLength: 40 }),
      async (chosen, order) => {
        const all = chosen.map(([step, line]) => found(step, line));
        const [whole, parts] = [await kit.startRun(), await kit.startRun()];
        await keepErrorLines(kit.db, whole, { items: all, stopped: [] }, limits);
        const shuffled = all.map((item, at) => ({ item, at: order[at]! })).sort((one, other) => one.at - other.at);
        for (let at = 0; at < shuffled.length; at += 7) {
          const items = shuffled.slice(Math.max(0, at - 3), at + 7).map(({ item }) => item);
          await keepErrorLines(kit.db, parts, { items, stopped: [] }, limits);
        }
        const [one, other] = [
          await listErrorLines(kit.db, whole.runId, limits),
          await listErrorLines(kit.db, parts.runId, limits),
        ];
        expect(other).toEqual(one);
        expect(one.items).toHaveLength(Math.min(limits.errorLines, all.length));
        for (const step of new Set(all.map((line) => line.step))) {
          const first = Math.min(...all.filter((line) => line.step === step).map(({ line }) => line));
          expect(places(one.items)).toContain(`${step}:${first}`);
        }
      },
    ),
    { numRuns: 15 },
  );
});

test('a repeat writes nothing', async () => {
  const hold = await kit.startRun();
  const report = { items: Array.from({ length: 15 }, (_, line) => found(1, line + 1)), stopped: [] };
  await keepErrorLines(kit.db, hold, report, limits);
  const rows = async () =>
    await kit.db.query(sql`
      select ctid::text, xmin::text, line from error_line where run_id = ${hold.runId}
      union all select ctid::text, xmin::text, line from error_line_stop where run_id = ${hold.runId} order by line, ctid`);
  const before = await rows();
  await keepErrorLines(kit.db, hold, report, limits);
  expect(await rows()).toEqual(before);
  expect(before).toHaveLength(11);
});

test('another claim, a run that was given up, a run that is not there: refused', async () => {
  const hold = await kit.startRun();
  const report = { items: [found(1, 1)], stopped: [] };
  const asOther = keepErrorLines(kit.db, { ...hold, claimId: randomUUID() }, report, limits);
  await expect(asOther).rejects.toMatchObject({ code: 'claim-lost' });
  await kit.end(hold, [], null);
  await expect(keepErrorLines(kit.db, hold, report, limits)).rejects.toMatchObject({ code: 'claim-lost' });
  expect((await listErrorLines(kit.db, hold.runId, limits)).items).toEqual([]);
  const nobody = { runId: 999_999_999, claimId: randomUUID() };
  await expect(keepErrorLines(kit.db, nobody, report, limits)).rejects.toMatchObject({ code: 'run-not-found' });
  await expect(listErrorLines(kit.db, nobody.runId, limits)).rejects.toMatchObject({ code: 'run-not-found' });
});

test('the rest of a log that comes after the end brings its error lines; they go with their run', async () => {
  const hold = await kit.startRun();
  await kit.end(hold, [{}], [100]);
  await keepErrorLines(kit.db, hold, { items: [found(0, 1)], stopped: [{ step: 0, line: 9, why: 'time' }] }, limits);
  expect((await listErrorLines(kit.db, hold.runId, limits)).items).toHaveLength(1);
  await kit.db.query(sql`delete from run where id = ${hold.runId}`);
  const left = await kit.db.query(sql`
    select 1 from error_line where run_id = ${hold.runId} union all select 1 from error_line_stop where run_id = ${hold.runId}`);
  expect(left).toEqual([]);
});
