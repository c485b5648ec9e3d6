// Patterns mean what picomatch says, without what makes its regular expressions hang.
import fc from 'fast-check';
import picomatch from 'picomatch';
import { expect, test } from 'vitest';
import { createGlob } from '../src/globs.ts';

const glob = (pattern: string) => createGlob(pattern, { steps: Number.POSITIVE_INFINITY });

const folder = fc
  .array(
    fc.constantFrom('a', 'b', 'ab', '.', '*', '?', '[ab]', '[!a]', '[a-c]', '{a,b}', '{ab,*b}', '{a?,b,.a}', '-'),
    {
      minLength: 1,
      maxLength: 4,
    },
  )
  .map((parts) => parts.join('').replace(/\*{2,}/g, '*'));
const pattern = fc
  .array(fc.oneof({ weight: 3, arbitrary: folder }, { weight: 1, arbitrary: fc.constant('**') }), {
    minLength: 1,
    maxLength: 4,
  })
  .map((folders) => folders.join('/'))
  // Folders that are dots are no names, and a leading ! or ./ is handled before a pattern comes here.
  .filter((text) => !/(^|\/)\.{1,2}(\/|$)/.test(text) && !text.includes('..'));
const path = fc
  .array(fc.stringMatching(/^[ab.-]{1,4}$/), { minLength: 1, maxLength: 4 })
  .map((folders) => folders.join('/'))
  .filter((text) => !/(^|\/)\.{1,2}(\/|$)/.test(text));

/** Only here we differ: to picomatch `a/**` is also a file named `a`, and to nobody else. */
const isFolderItself = (one: string, other: string) =>
  one.endsWith('/**') && glob(one.replace(/(\/\*\*)+$/, ''))(other);

test('a pattern matches a path exactly when picomatch says so', () => {
  fc.assert(
    fc.property(pattern, path, (one, other) => {
      fc.pre(!isFolderItself(one, other));
      expect([one, other, glob(one)(other)]).toEqual([one, other, picomatch(one, { dot: true, posix: true })(other)]);
    }),
    { numRuns: 1000 },
  );
});

test('what people write matches what they mean', () => {
  const cases: [string, string, boolean][] = [
    ['src/**', 'src/a/b.ts', true],
    ['src/**', 'src', false],
    ['*/**', 'README.md', false],
    ['src/**', 'source/a', false],
    ['**/*.md', 'README.md', true],
    ['**/*.md', 'docs/x/README.md', true],
    ['*.md', 'docs/README.md', false],
    ['**', '.github/x', true],
    ['a/**/z', 'a/z', true],
    ['a/**/z', 'a/b/c/z', true],
    ['app/(group)/[[]id].tsx', 'app/(group)/[id].tsx', true],
    ['{src,test}/**/*.{ts,tsx}', 'test/deep/a.tsx', true],
    ['{a,{b,c}}/x', 'c/x', true],
    ['{a}', '{a}', true],
    ['a{b', 'a{b', true],
    ['a+b', 'a+b', true],
    ['a$^.b', 'a$^.b', true],
    ['a.b', 'axb', false],
    ['[^a]', 'b', true],
    ['a[!/]b', 'a/b', false],
    ['ä?', 'äß', true],
  ];
  for (const [one, other, matches] of cases) expect([one, other, glob(one)(other)]).toEqual([one, other, matches]);
});

test('a pattern that keeps a regular expression busy for minutes costs characters times length', () => {
  const budget = { steps: 1_000_000 };
  expect(createGlob(`${'*a'.repeat(30)}*b`, budget)(`${'a'.repeat(200)}c/b`)).toBe(false);
  expect(createGlob(`${'**/a/'.repeat(30)}b`, budget)(`${'a/'.repeat(200)}cb`)).toBe(false);
  expect(createGlob('{'.repeat(100) + 'a,'.repeat(50), budget)('a')).toBe(false);
  expect(budget.steps).toBeGreaterThan(0);
});
