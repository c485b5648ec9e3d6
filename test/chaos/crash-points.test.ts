// A server or a worker that dies at the worst instants loses nothing. Here are some of them; `npm run chaos -- --crash-points`
// goes through all, which takes minutes.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CrashYard, openCrashYard, type Place, places } from './crash.ts';

let yard: CrashYard;
beforeAll(async () => {
  yard = await openCrashYard();
}, 120_000);
afterAll(() => yard?.close());

/** Those with the most to lose: a claim, an end, a log, a plan; and what a worker has in its hands. */
const here: readonly Place[] = [
  { program: 'server', point: 'claim-committed' },
  { program: 'server', point: 'finish-before-commit' },
  { program: 'server', point: 'end-not-in-line' },
  { program: 'server', point: 'log-file-written' },
  { program: 'server', point: 'upload-appended' },
  { program: 'server', point: 'results-before-commit' },
  { program: 'worker', point: 'step-ended' },
  { program: 'worker', point: 'finish-answered' },
];

test.each(here)(
  '$program dies at $point, and its job passes once, with its whole log',
  async (place) => {
    await yard.crash(place);
  },
  120_000,
);

test('every place is in the list that the long run goes through', () => {
  expect(places.length).toBeGreaterThan(25);
  expect(new Set(places.map((place) => `${place.program} ${place.point}`)).size).toBe(places.length);
});
