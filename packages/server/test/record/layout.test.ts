// Places in the archive: what a person sees, and that no name whatever leaves its directory or takes another's place.
import { causes } from '@signalbox/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { artifactPath, directoryOf, logPath, type RunPlace } from '../../src/record/index.ts';
import { segment, segmentBytes } from '../../src/record/segment.ts';

const place: RunPlace = {
  cause: 'push',
  repo: 'sample',
  branch: 'main',
  platform: 'linux',
  variant: null,
  person: null,
  revision: '525f51996a5296c1a7b8d0c4e1f2a3b4c5d6e7f8',
  buildId: '20101027220424',
  lane: 'test-linux',
  attempt: 2,
  begunAt: null,
};

test('a log lies in the directory of its branch, platform and build, and its run’s files beside it', () => {
  expect(logPath(place)).toBe('sample/builds/main-linux/1288217064/test-linux-run2.txt.gz');
  expect(artifactPath(place, 'out/report.html')).toBe(
    'sample/builds/main-linux/1288217064/test-linux-run2/out/report.html',
  );
  expect(directoryOf({ ...place, variant: 'debug' })).toBe('sample/builds/main-linux-debug/1288217064');
  expect(directoryOf({ ...place, platform: null })).toBe('sample/builds/main/1288217064');
  expect(directoryOf({ ...place, branch: 'feature/login', cause: 'manual' })).toBe(
    'sample/builds/feature%2Flogin-linux/1288217064',
  );
});

test('a nightly lies by its time, all platforms together; a try by who sent which revision', () => {
  const nightly = { ...place, cause: 'nightly', branch: 'feature/login' } as const;
  expect(logPath(nightly)).toBe('sample/nightly/2010/10/2010-10-27-22-04-24-feature%2Flogin/test-linux-run2.txt.gz');
  expect(directoryOf({ ...nightly, platform: 'macosx', variant: 'debug' })).toBe(directoryOf(nightly));
  const tried = { ...place, cause: 'try', branch: 'try', person: 'ada@example.org' } as const;
  expect(logPath(tried)).toBe('sample/try/ada%40example.org-525f51996a52/linux/1288217064/test-linux-run2.txt.gz');
  expect(artifactPath({ ...tried, variant: 'debug' }, 'a.zip')).toBe(
    'sample/try/ada%40example.org-525f51996a52/linux-debug/1288217064/test-linux-run2/a.zip',
  );
  expect(directoryOf({ ...tried, person: null, revision: null, platform: null })).toBe(
    'sample/try/nobody-none/any/1288217064',
  );
});

test('a run that left an artifact where its cause lay before goes on there, and only that run', () => {
  for (const cause of ['nightly', 'try'] as const) {
    const begunAt = artifactPath({ ...place, cause: 'push' }, 'out/a.zip');
    const begun = { ...place, cause, begunAt };
    expect(logPath(begun)).toBe('sample/builds/main-linux/1288217064/test-linux-run2.txt.gz');
    expect(artifactPath(begun, 'out/b.zip')).toBe('sample/builds/main-linux/1288217064/test-linux-run2/out/b.zip');
    expect(directoryOf({ ...begun, attempt: 3 })).toBe(directoryOf({ ...place, cause }));
    const later = { ...place, cause };
    expect(logPath({ ...later, begunAt: artifactPath(later, 'a') })).toBe(logPath(later));
  }
});

test('names that would be hidden, reserved or climb are written otherwise', () => {
  expect(segment('..')).toBe('%2E%2E');
  expect(segment('.')).toBe('%2E');
  expect(segment('')).toBe('%');
  expect(segment('.git')).toBe('%2Egit');
  expect(segment('end.')).toBe('end%2E');
  expect(segment('a/b\\c:d\0')).toBe('a%2Fb%5Cc%3Ad%00');
  expect(segment('50%~é')).toBe('50%25%7E%C3%A9');
  expect(segment('con.txt')).toBe('%63on.txt');
  expect(segment('LPT1')).toBe('%4CPT1');
  expect(segment('console')).toBe('console');
});

test('a name that is too long keeps its beginning and its ending', () => {
  const long = segment(`${'a'.repeat(300)}.html`);
  expect(long).toMatch(/^a+~[0-9a-f]{12}\.html$/);
  expect(long.length).toBe(segmentBytes);
  expect(segment(`${'a'.repeat(301)}.html`)).not.toBe(long);
});

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.string({
    unit: fc.constantFrom('.', '/', '\\', '%', '~', 'a', 'A', '-', ' ', '\0', 'con', '2E', 'run1'),
    maxLength: 12,
  }),
);

test('every text makes one safe name', () => {
  fc.assert(
    fc.property(text, fc.boolean(), (name, foldCase) => {
      const made = segment(name, { foldCase });
      expect(made).toMatch(/^[A-Za-z0-9%~_-][A-Za-z0-9%~._-]*$/);
      expect(made.length).toBeLessThanOrEqual(segmentBytes);
      expect(made.endsWith('.')).toBe(false);
      expect(made).not.toMatch(reserved);
      if (!made.includes('~') && made !== '%') expect(decodeURIComponent(made)).toBe(name);
    }),
  );
});

test('two texts never make the same name, and with case folded not even the same letters', () => {
  const near = fc.tuple(text, fc.func(fc.boolean())).map(([name, upper]) => ({
    name,
    twin: [...name].map((letter, at) => (upper(at) ? letter.toUpperCase() : letter.toLowerCase())).join(''),
  }));
  fc.assert(
    fc.property(near, text, ({ name, twin }, other) => {
      for (const second of [twin, other]) {
        if (second === name) continue;
        expect(segment(second)).not.toBe(segment(name));
        expect(segment(second, { foldCase: true }).toLowerCase()).not.toBe(
          segment(name, { foldCase: true }).toLowerCase(),
        );
      }
    }),
  );
});

const anyPlace = fc.record({
  cause: fc.constantFrom(...causes),
  repo: fc.constantFrom('sample', 'other'),
  branch: text,
  platform: fc.option(text),
  variant: fc.option(text),
  person: fc.option(text),
  revision: fc.option(
    fc.oneof(fc.string({ unit: fc.constantFrom('0', 'a', 'f'), minLength: 40, maxLength: 40 }), text),
  ),
  begunAt: fc.constant(null),
  buildId: fc.constantFrom('20101027220424', '20261122100000'),
  lane: text,
  attempt: fc.integer({ min: 1, max: 9999 }),
});
/** Names that Windows keeps for devices, with any ending. */
const reserved = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;
const anyPath = fc
  .array(
    text.filter((name) => !name.includes('/')),
    { minLength: 1, maxLength: 12 },
  )
  .map((names) => names.join('/'));

test('whatever the attributes, a path stays below its repository and fits into an index and on a disk', () => {
  fc.assert(
    fc.property(anyPlace, anyPath, (run, path) => {
      for (const made of [logPath(run), artifactPath(run, path), artifactPath(run, path, 'mark')]) {
        expect(made).toMatch(new RegExp(`^${run.repo}/(builds|nightly/2010/10|nightly/2026/11|try)/`));
        expect(made.length).toBeLessThan(1500);
        for (const name of made.split('/')) {
          expect(name).toMatch(/^[A-Za-z0-9%~_-][A-Za-z0-9%~._-]*$/);
          expect(name.length).toBeLessThanOrEqual(255);
          expect(name.endsWith('.')).toBe(false);
          expect(name).not.toMatch(reserved);
        }
      }
    }),
  );
});

test('two runs of a build never share a log or an artifact, nor does an artifact take the place of a log', () => {
  const within = fc.record({ lane: text, attempt: fc.integer({ min: 1, max: 3 }), path: anyPath });
  fc.assert(
    fc.property(within, within, (one, two) => {
      const [first, second] = [
        { ...place, ...one },
        { ...place, ...two },
      ];
      if (one.lane !== two.lane || one.attempt !== two.attempt) {
        expect(logPath(first).toLowerCase()).not.toBe(logPath(second).toLowerCase());
        expect(artifactPath(first, one.path).toLowerCase()).not.toBe(artifactPath(second, two.path).toLowerCase());
      }
      expect(artifactPath(first, one.path)).not.toBe(logPath(second));
      expect(artifactPath(first, one.path).startsWith(`${logPath(second)}/`)).toBe(false);
      if (one.path !== two.path) expect(artifactPath(first, one.path)).not.toBe(artifactPath(first, two.path));
    }),
  );
});

test('two pipelines never share a place, whatever their causes, branches and people are called, nor where case is folded', () => {
  const word = fc.constantFrom('a', 'A', 'a-b', 'b', 'nightly', 'builds', 'con', '2010', '1288217064', 'a/b', '..', '');
  const near = fc.record({
    ...{ branch: word, platform: fc.option(word), variant: fc.option(word), person: fc.option(word), lane: word },
    cause: fc.constantFrom(...causes),
    revision: fc.constantFrom('a'.repeat(40), `${'a'.repeat(12)}b`),
    repo: fc.constantFrom('sample', 'Sample', 'builds'),
    attempt: fc.integer({ min: 1, max: 2 }),
  });
  fc.assert(
    fc.property(near, near, anyPath, (one, two, path) => {
      const [first, second] = [
        { ...place, ...one },
        { ...place, ...two, buildId: '20101027220425' },
      ];
      const [log, files] = [logPath(first), artifactPath(first, path)].map((made) => made.toLowerCase());
      const others = [logPath(second), artifactPath(second, path)].map((made) => made.toLowerCase());
      for (const other of others) {
        expect([log, files]).not.toContain(other);
        for (const mine of [log, files]) {
          expect(other.startsWith(`${mine}/`) || mine!.startsWith(`${other}/`)).toBe(false);
        }
      }
    }),
    { numRuns: 1000 },
  );
});
