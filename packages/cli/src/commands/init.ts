// `signalbox init`: writes a configuration to begin with, made for what is in the directory.
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PackageManager } from '@signalbox/plan';
import type { Command } from 'commander';
import { createCommand, runWith, withOutput } from '../command-line.ts';
import { git } from '../git.ts';
import { Mistake } from '../mistake.ts';
import type { Output, OutputOptions } from '../output.ts';
import type { Terminal } from '../terminal.ts';

export function initCommand(terminal: Terminal): Command {
  return withOutput(
    createCommand('init', 'Write a .signalbox.yml to begin with.', [
      ['signalbox init', 'then look at it, `signalbox plan`, commit and push'],
      ['signalbox init --force', 'also over one that is there'],
    ]).option('--force', 'write over a file that is there'),
  ).action(
    runWith(terminal, async (output: Output, { force }: OutputOptions & { force?: true }) => {
      // It is read at the top of the tree only.
      const top = await git(terminal.directory, ['rev-parse', '--show-toplevel'], { mayExit: 128 });
      const directory = top || terminal.directory;
      const file = join(directory, '.signalbox.yml');
      if (existsSync(file) && !force) {
        throw new Mistake('conflict', `${file} is there already.`, 'To write over it: signalbox init --force');
      }
      const { schemaFile, schemaText, starterFile } = await import('@signalbox/plan');
      const builtWith = packageManagerOf(readdirSync(directory));
      writeFileSync(file, starterFile({ packageManager: builtWith }));
      // Editors read it: they complete keys and mark mistakes while one types.
      writeFileSync(join(directory, schemaFile), schemaText());
      output.answer({ file, schema: join(directory, schemaFile), builtWith: builtWith ?? null }, () => [
        `Written: ${file}${builtWith ? `, for ${builtWith}` : ''} (and ${schemaFile} beside it, for editors)`,
        'Look at it, try `signalbox plan`, then commit and push.',
      ]);
    }),
  );
}

/** The first file that is there decides: a lock file says more than the manifest that other tools read too. */
const signs: readonly (readonly [file: string, builtWith: PackageManager])[] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['package.json', 'npm'],
  ['Cargo.toml', 'cargo'],
  ['go.mod', 'go'],
  ['pom.xml', 'maven'],
  ['pyproject.toml', 'python'],
  ['setup.py', 'python'],
  ['Makefile', 'make'],
];

const packageManagerOf = (files: readonly string[]): PackageManager | undefined =>
  signs.find(([file]) => files.includes(file))?.[1];
