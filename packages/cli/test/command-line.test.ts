// The command line itself: help, words that are not understood, the page of all commands, completion.
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { version } from '@signalbox/protocol';
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { repositoryRoot, signalboxProgram } from '../../../test/kit/programs.ts';
import { commandsPage } from '../src/commands-page.ts';
import { createProgram } from '../src/program.ts';
import { ownTerminal } from '../src/terminal.ts';
import { signalbox } from './kit.ts';

const all = (command: Command, path: string[] = []): string[][] => [
  path,
  ...command.commands.flatMap((sub) => all(sub, [...path, sub.name()])),
];

/** What stands behind these is told by the programs themselves. */
const programs = new Set(['serve', 'worker']);

test.each(all(createProgram(ownTerminal())).filter(([name]) => !programs.has(name ?? '')))(
  'signalbox %s %s --help shows examples',
  async (...path) => {
    const words = path.filter((word) => typeof word === 'string');
    const { code, stdout } = await signalbox([...words, '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain(`Usage: signalbox${words.map((word) => ` ${word}`).join('')}`);
    expect(stdout).toMatch(/Examples:\n {2}\S/);
  },
);

test('docs/commands.md is what the commands say (npm run generate writes it)', async () => {
  expect(await readFile(join(repositoryRoot, 'docs/commands.md'), 'utf8')).toBe(commandsPage());
});

test.each(['jobs --help', '--help', 'help start'])('`signalbox %s | head` ends quietly', async (words) => {
  // Nobody reads: the reader has gone before the first word comes.
  const script = `set -o pipefail; "$0" "$1" ${words} | exec true`;
  const ran = promisify(execFile)('bash', ['-c', script, process.execPath, signalboxProgram]);
  expect(await ran).toEqual({ stdout: '', stderr: '' });
});

test('--version is the version of the protocol', async () => {
  expect(await signalbox(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
});

test.each([
  { words: ['joobs'], says: 'Did you mean jobs?' },
  { words: ['jobs', '--stat', 'done'], says: '--state' },
  { words: ['jobs', '--state', 'dead'], says: 'Allowed choices are waiting, held, ready, running, done' },
  { words: ['jobs', '--limit', '0'], says: 'from 1 to 500' },
  { words: ['log'], says: "missing required argument 'job'" },
  { words: ['cancel'], says: 'Give a job, or --pipeline ID' },
  { words: ['start', '--port', 'http'], says: 'from 0 to 65535' },
  { words: ['jobs', '--server', 'ftp://x'], says: 'It looks like http://' },
])('$words is not understood: exit code 2, and what is right', async ({ words, says }) => {
  const { code, stdout, stderr } = await signalbox(words);
  expect(code).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toContain(says);
});

test('bash completes commands, subcommands and options', async () => {
  const { stdout: script } = await signalbox(['completion', 'bash']);
  const complete = async (...words: string[]) => {
    const quoted = words.map((word) => `'${word}'`).join(' ');
    const ask = `COMP_WORDS=(signalbox ${quoted}); COMP_CWORD=${words.length}; _signalbox; echo "\${COMPREPLY[@]}"`;
    const { stdout } = await promisify(execFile)('bash', ['-c', `${script}\n${ask}`]);
    return stdout.trim().split(' ');
  };
  expect(await complete('wo')).toEqual(['workers', 'worker']);
  expect(await complete('token', '')).toEqual(['create', 'list', 'revoke', '--help']);
  expect(await complete('token', 'create', 'dana', '--sc')).toEqual(['--scope']);
  expect(await complete('jobs', '--repo', 'api', '--br')).toEqual(['--branch']);
});

test.each(['zsh', 'fish'])('the completion of %s names every command', async (shell) => {
  const { stdout } = await signalbox(['completion', shell]);
  for (const [name] of all(createProgram(ownTerminal()))) expect(stdout).toContain(name ?? 'signalbox');
});
