// What a check finds in a configuration that could be planned: each with its place, and nothing about what is well.
import { expect, test } from 'vitest';
import { type Facts, lint, readConfiguration } from '../src/index.ts';
import { fileOf } from './kit/compile-text.ts';

function found(text: string, facts: Facts = {}) {
  const read = readConfiguration({ files: fileOf(text) });
  if (read.kind !== 'configuration') throw new Error(JSON.stringify(read));
  const { mistakes, warnings } = lint(read.configuration, facts);
  const lines = (of: typeof mistakes) =>
    of.map(({ line, column, message, hint }) => [`${line}:${column}`, message, hint]);
  return { mistakes: lines(mistakes), warnings: lines(warnings) };
}
const nothing = { mistakes: [], warnings: [] };

test('pools that nobody serves are named at their line, all of one line together', () => {
  const text = `jobs:
  a: { steps: [x] }
  b: { pool: linx, steps: [x] }
  c:
    matrix: { os: [linux, sun, vax] }
    pool: \${{ matrix.os }}
    steps: [x]
  gate: { gate: Ship it? }
`;
  const pools = new Map([
    ['default', 3],
    ['linux', 0],
  ]);
  expect(found(text, { pools })).toEqual({
    mistakes: [
      ['3:14', 'no worker of the fleet serves the pool `linx`', 'did you mean `linux`?'],
      ['6:11', 'no worker of the fleet serves the pools `sun`, `vax`', 'there are `default`, `linux`'],
    ],
    warnings: [['6:11', 'no worker serves the pool `linux` now', 'jobs wait until one does']],
  });
  expect(found(text)).toEqual(nothing);
});

test('secrets that are not there are named, with the nearest that is', () => {
  const text = 'jobs:\n  a: { secrets: [NPM_TOKEN, NPM_TOKN, OTHER], steps: [x] }\n';
  expect(found(text, { secrets: new Set(['NPM_TOKEN']) }).mistakes).toEqual([
    ['2:29', 'the repository has no secret `NPM_TOKN`', 'did you mean `NPM_TOKEN`?'],
    ['2:39', 'the repository has no secret `OTHER`', 'to give it one: signalbox secret set REPO OTHER'],
  ]);
});

test('a condition on an attribute that no job has never holds', () => {
  const text = `jobs:
  a:
    matrix: { platform: [linux, mac] }
    when: { platform: [win*] }
    steps: [x]
  b:
    matrix: { platform: [linux, mac] }
    when: { platform: [linux, solaris, "!vax"] }
    steps: [x]
  c: { when: { suite: [x] }, steps: [x] }
  d: { platform: mac, when: { platform: [mac] }, steps: [x] }
`;
  expect(found(text)).toEqual({
    mistakes: [
      ['4:13', 'this never holds: no platform of `a` matches `win*`', 'it has `linux`, `mac`'],
      ['10:16', 'this never holds: no suite of `c` matches `x`', 'it has no suite'],
    ],
    warnings: [['8:13', '`solaris`, `!vax` matches no platform of `b`', 'it has `linux`, `mac`']],
  });
});

test('branches that take away what they name never hold; those that match none are a warning', () => {
  const text = `jobs:
  a: { when: { branch: [main, "!main"] }, steps: [x] }
  b: { on: { push: { branches: ["**", "!**"] } }, steps: [x] }
  c: { when: { branch: [release/*] }, steps: [x] }
  d: { when: { branch: [main] }, steps: [x] }
`;
  const { mistakes, warnings } = found(text, { branches: ['main', 'dev'] });
  expect(mistakes.map(([at, message]) => [at, message])).toEqual([
    ['2:16', 'this never holds: what `main`, `!main` name, they also take away'],
    ['3:22', 'this never holds: what `**`, `!**` name, they also take away'],
  ]);
  expect(warnings.map(([at, message]) => [at, message])).toEqual([['4:16', 'none of 2 branches matches `release/*`']]);
});

test('a job that needs what runs on other branches only can never start', () => {
  const text = `jobs:
  a: { when: { branch: [main] }, steps: [x] }
  b: { when: { branch: [dev] }, needs: [a], steps: [x] }
  c: { when: { branch: [dev] }, needs: [{ job: a, optional: true }], steps: [x] }
  d: { needs: [c, a], steps: [x] }
`;
  expect(found(text, { branches: ['main', 'dev'] }).mistakes.map(([at, message]) => [at, message])).toEqual([
    ['3:3', 'no branch can start `b`: its own conditions and those of what it needs leave none'],
    ['5:3', 'no branch can start `d`: its own conditions and those of what it needs leave none'],
  ]);
});

test('patterns that match no file of the tree are a warning', () => {
  const text = `jobs:
  a: { if-changed: ["src/**", "scr/**", "!docs/**"], steps: [x] }
  b:
    matrix: { part: [src, lib] }
    if-changed: ["\${{ matrix.part }}/**"]
    steps: [x]
`;
  expect(found(text, { paths: ['src/a.ts', 'README.md'] }).warnings.map(([at, message]) => [at, message])).toEqual([
    ['2:31', '`scr/**` matches no file of the tree'],
    ['2:41', '`!docs/**` matches no file of the tree'],
    ['5:5', '`lib/**` matches no file of the tree'],
  ]);
});

test('what could not be looked at is said', () => {
  const read = readConfiguration({ files: fileOf('jobs: { a: { steps: [x] } }') });
  if (read.kind !== 'configuration') throw new Error('a configuration was expected');
  expect(lint(read.configuration, {}).unchecked).toEqual(['pools', 'secrets', 'paths of the tree']);
  expect(
    lint(read.configuration, { pools: new Map([['default', 1]]), secrets: new Set(), paths: [] }).unchecked,
  ).toEqual([]);
});
