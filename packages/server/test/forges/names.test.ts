// Branch names and revisions from outside: git itself is asked what it thinks of each name.
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { isBranchName, isNoRevision, isRevision } from '../../src/forges/index.ts';

test.each([
  'main',
  'release/2.0',
  'feature/ünï-çødé',
  'a@b',
  'dots.in.name',
  'refs/heads/odd',
  '日本語',
  '-c',
  '--upload-pack=touch',
  '@',
  'HEAD',
  'a..b',
  'a//b',
  '/a',
  'a/',
  'a.',
  '.a',
  'a/.b',
  'a.lock',
  'a.lock/b',
  'a b',
  'a~1',
  'a^',
  'a:b',
  'a?',
  'a*',
  'a[b',
  'a\\b',
  'a@{b',
  'a\nb',
  'a\tb',
  'a\u007fb',
  '',
])('git and Signalbox agree on the branch name %j', (name) => {
  const git = spawnSync('git', ['check-ref-format', '--branch', name]);
  // `--branch` also resolves @{-1}; what it prints is then another name.
  expect(isBranchName(name)).toBe(git.status === 0 && git.stdout.toString().trimEnd() === name);
});

test('a branch name has a limit', () => {
  expect(isBranchName('x'.repeat(250))).toBe(true);
  expect(isBranchName('x'.repeat(251))).toBe(false);
});

test('a revision is a whole id and nothing else', () => {
  expect(isRevision('a'.repeat(40))).toBe(true);
  expect(isRevision('0'.repeat(64))).toBe(true);
  for (const bad of [
    'a'.repeat(39),
    'A'.repeat(40),
    'HEAD',
    '--all',
    `${'a'.repeat(40)}\n`,
    `${'a'.repeat(40)}^{tree}`,
  ]) {
    expect(isRevision(bad), bad).toBe(false);
  }
  expect(isNoRevision('0'.repeat(40))).toBe(true);
  expect(isNoRevision('0'.repeat(41))).toBe(false);
});
