// `signalbox import`: a configuration made of what GitHub Actions or GitLab CI have, and a list of what has no equal here.
import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { ImportKind, ImportResult } from '@signalbox/plan';
import { type Command, Option } from 'commander';
import { createCommand, runWith, withOutput } from '../command-line.ts';
import { exitCode } from '../exit-codes.ts';
import { findForeign, readForeign, textInTree } from '../foreign-files.ts';
import { git } from '../git.ts';
import { Mistake } from '../mistake.ts';
import { clean, type Output, type OutputOptions } from '../output.ts';
import type { Terminal } from '../terminal.ts';

type Options = OutputOptions & { from?: ImportKind; stdout?: true; out?: string; force?: true };
type Imported = ImportResult & { kind: 'imported' };

export function importCommand(terminal: Terminal): Command {
  return withOutput(
    createCommand('import', 'Write a .signalbox.yml made of GitHub Actions workflows or of GitLab CI.', [
      ['signalbox import', 'all of .github/workflows, or .gitlab-ci.yml'],
      ['signalbox import .github/workflows/ci.yml', 'one workflow alone'],
      ['signalbox import --from gitlab --stdout', 'only look; the list of what has no equal goes to stderr'],
      ['signalbox import --json', 'the list for programs'],
    ])
      .argument('[files...]', 'files of one of the two (else those of the work tree)')
      .addOption(new Option('--from <tool>', 'of which tool they are (else it is seen)').choices(['github', 'gitlab']))
      .addOption(new Option('--stdout', 'print the configuration, and write nothing').conflicts('out'))
      .option('--out <file>', 'where to write (else .signalbox.yml at the top of the work tree)')
      .option('--force', 'write over a file that is there'),
  ).action(
    runWith(terminal, async (output: Output, options: Options, paths: readonly string[]) => {
      const top =
        (await git(terminal.directory, ['rev-parse', '--show-toplevel'], { mayExit: 128 })) || terminal.directory;
      const file = options.out === undefined ? join(top, '.signalbox.yml') : resolve(terminal.directory, options.out);
      if (existsSync(file) && !options.force && !options.stdout) {
        throw new Mistake('conflict', `${file} is there already.`, 'To write over it: --force; to only look: --stdout');
      }
      // A tree has one configuration: what lies in the directory would be mistaken for a second.
      const directory = join(top, '.signalbox');
      if (options.out === undefined && !options.stdout && existsSync(directory)) {
        throw new Mistake(
          'conflict',
          `${directory} holds a configuration already.`,
          'To only look: --stdout; elsewhere: --out FILE',
        );
      }
      const found =
        paths.length > 0 ? readForeign(top, terminal.directory, paths, options.from) : findForeign(top, options.from);
      const { importConfiguration, printMistakes, schemaFile, schemaText } = await import('@signalbox/plan');
      const result = importConfiguration({ ...found, ...(await surroundings(top)) });
      if (result.kind === 'mistakes') {
        output.answer({ mistakes: result.mistakes }, () => printMistakes(result.mistakes).trimEnd());
        return exitCode('usage');
      }
      const { from } = result;
      if (options.stdout) {
        if (output.json)
          output.answer({ file: null, from, jobs: result.jobs, gaps: result.gaps, text: result.text }, () => []);
        else output.raw(result.text);
        for (const line of listGaps(result)) output.note(line);
        return exitCode('ok');
      }
      writeFileSync(file, result.text);
      // The first line names it: editors read it.
      const schema = join(dirname(file), schemaFile);
      if (!existsSync(schema)) writeFileSync(schema, schemaText());
      output.answer({ file, schema, from, jobs: result.jobs, gaps: result.gaps }, () => [
        `Written: ${file}, with ${counted(result.jobs.length, 'job')} of ${counted(from.length, 'file')}`,
        ...listGaps(result),
        '',
        'Look at it, try `signalbox plan`, then commit and push.',
      ]);
      return exitCode('ok');
    }),
  );
}

/** What files may refer to: other files of the tree, and the branch that is built when none is named. */
async function surroundings(top: string) {
  const listed = await git(top, ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { mayExit: 128 });
  const paths = (listed ?? '').split('\0').filter((path) => path !== '');
  const head = await git(top, ['symbolic-ref', '--quiet', '--short', 'refs/remotes/origin/HEAD'], { mayExit: 1 }).catch(
    () => undefined,
  );
  const defaultBranch = head?.replace(/^origin\//, '');
  return { tree: { read: (path: string) => textInTree(top, path), paths: () => paths }, defaultBranch };
}

function listGaps({ gaps }: Imported): string[] {
  if (gaps.length === 0) return ['Everything has an equal here.'];
  const heading = `${counted(gaps.length, 'point')} without an equal here, each said in a comment at its place:`;
  return [
    heading,
    ...gaps.flatMap((gap) => [
      `  ${gap.file}:${gap.line}:${gap.column}  ${clean(gap.what)}`,
      `      ${clean(gap.instead)}`,
    ]),
  ];
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
