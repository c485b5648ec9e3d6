// Needs: what a name means, names that do not exist, circles.
import { expect, test } from 'vitest';
import { mistakesOf, planOf } from './kit/compile-text.ts';

const needsOf = (text: string, name: string) => planOf(text).jobs.find((job) => job.name === name)?.needs;

test('the name of a job with a matrix means all its cells, the name of a cell that one', () => {
  const text = `
jobs:
  build: { matrix: { os: [linux, mac] }, steps: [x] }
  all: { needs: [build], steps: [x] }
  one: { needs: [build-mac], steps: [x] }
  both: { needs: [build, build-mac, build], steps: [x] }
  test: { matrix: { os: [mac] }, needs: ['build-\${{ matrix.os }}'], steps: [x] }
`;
  expect(needsOf(text, 'all')).toEqual(['build-linux', 'build-mac']);
  expect(needsOf(text, 'one')).toEqual(['build-mac']);
  expect(needsOf(text, 'both')).toEqual(['build-linux', 'build-mac']);
  expect(needsOf(text, 'test-mac')).toEqual(['build-mac']);
});

test('a need that is no job is named with the nearest that is', () => {
  expect(
    mistakesOf(`
jobs:
  build: { matrix: { os: [linux, mac] }, steps: [x] }
  test: { needs: [biuld], steps: [x] }
  more: { matrix: { os: [linx] }, needs: ['build-\${{ matrix.os }}', zebra], steps: [x] }
`),
  ).toEqual([
    { at: '4:19', message: 'there is no job `biuld` to need', hint: 'did you mean `build`?' },
    { at: '5:43', message: 'there is no job `build-linx` to need', hint: 'did you mean `build-linux`?' },
    { at: '5:69', message: 'there is no job `zebra` to need', hint: null },
  ]);
});

test('a job that is there, but wrong, is not called unknown', () => {
  const messages = mistakesOf(`
jobs:
  build: { matrix: { os: linux }, steps: [x] }
  lint: 7
  test: { needs: [build, build-linux, lint], steps: [x] }
`).map(({ message }) => message);
  expect(messages).toEqual([
    '`os` must be a list of values, or a file that holds them, not the text `linux`',
    '`lint` must be a job, not the number `7`',
  ]);
});

test('a circle is named as a path', () => {
  expect(
    mistakesOf(`
jobs:
  lint: { steps: [x] }
  a: { needs: [lint, b], steps: [x] }
  b: { needs: [c], steps: [x] }
  c: { needs: [lint, a], steps: [x] }
  self: { needs: [self], steps: [x] }
`),
  ).toEqual([
    { at: '6:22', message: 'these needs form a circle: a → b → c → a', hint: 'remove one of these needs' },
    { at: '7:19', message: 'these needs form a circle: self → self', hint: 'remove one of these needs' },
  ]);
});

test('a chain of thousands of jobs is no circle and no problem', () => {
  const jobs = Array.from({ length: 3000 }, (_, i) => `  j${i}: { steps: [x]${i > 0 ? `, needs: [j${i - 1}]` : ''} }`);
  expect(planOf(`jobs:\n${jobs.reverse().join('\n')}\n`).jobs.at(-1)?.name).toBe('j2999');
});
