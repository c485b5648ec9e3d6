// `signalbox init`: writes a configuration to begin with, made for what is in the directory.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { PackageManager } from '@signalbox/plan';
import type { Command } from 'commander';
import { createCommand, runWith, withOutput } from '../command-line.ts';
import { git } from '../git.ts';
import { Mistake } from '../mistake.ts';
import type { Output, OutputOptions } from '../output.ts';
import type { Terminal } from '../terminal.ts';

type Options = OutputOptions & { force?: true; typescript?: true };

export function initCommand(terminal: Terminal): Command {
  return withOutput(
    createCommand('init', 'Write a configuration to begin with.', [
      ['signalbox init', 'a .signalbox.yml; look at it, `signalbox plan`, commit and push'],
      [
        'signalbox init --typescript',
        'a .signalbox/config.ts, with its types for editors; of one that is there the types alone',
      ],
      ['signalbox init --force', 'also over one that is there'],
    ])
      .option('--typescript', 'a function in TypeScript, for trees whose jobs follow a rule')
      .option('--force', 'write over files that are there'),
  ).action(
    runWith(terminal, async (output: Output, { force, typescript }: Options) => {
      // It is read at the top of the tree only.
      const top = await git(terminal.directory, ['rev-parse', '--show-toplevel'], { mayExit: 128 });
      const directory = top || terminal.directory;
      const { schemaFile, schemaText, starterFile, starterScript } = await import('@signalbox/plan');
      const builtWith = packageManagerOf(readdirSync(directory));
      // Beside each is what editors read: they complete keys and mark mistakes while one types.
      const files = typescript
        ? starterScript(builtWith)
        : { '.signalbox.yml': starterFile({ packageManager: builtWith }), [schemaFile]: schemaText() };
      const [first = '', ...beside] = Object.keys(files);
      const file = join(directory, first);
      const isLeft = existsSync(file) && !force;
      if (isLeft && !typescript) {
        throw new Mistake('conflict', `${file} is there already.`, 'To write over it: signalbox init --force');
      }
      for (const [name, text] of Object.entries(files)) {
        if (isLeft && name === first) continue;
        mkdirSync(dirname(join(directory, name)), { recursive: true });
        writeFileSync(join(directory, name), text);
      }
      const written = beside.map((name) => join(directory, name));
      output.answer({ file, schema: written[0], beside: written, builtWith: builtWith ?? null }, () => [
        isLeft
          ? `Written anew: ${beside.join(', ')}, for editors; ${file} is left as it is`
          : `Written: ${file}${builtWith ? `, for ${builtWith}` : ''} (and ${beside.join(', ')} beside it, for editors)`,
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
