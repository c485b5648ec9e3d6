// `signalbox diff`: what a change of the configuration changes, lane by lane and field by field, and what it costs.
import type { Configuration } from '@signalbox/plan';
import type { Command } from 'commander';
import { createCommand, runWith, withServer } from '../command-line.ts';
import { exitCode } from '../exit-codes.ts';
import { git } from '../git.ts';
import { type CostOptions, readLaneCosts } from '../lane-costs.ts';
import { Mistake } from '../mistake.ts';
import type { Output, OutputOptions } from '../output.ts';
import { createRunScript } from '../run-script.ts';
import type { Terminal } from '../terminal.ts';
import { readCommit, readWorkTree, type TreeFacts, topOf } from '../work-tree.ts';

type Options = OutputOptions & CostOptions & { branch?: string; exitCode?: true };

export function diffCommand(terminal: Terminal): Command {
  return withServer(
    createCommand('diff', 'Say what a change of the configuration changes: lanes, fields, cost.', [
      ['signalbox diff', 'the work tree against what is pushed'],
      ['signalbox diff HEAD~1', 'the work tree against a commit'],
      ['signalbox diff main topic', 'what topic changes of main'],
      ['signalbox diff --exit-code', 'ends with 1 when there is a difference'],
    ])
      .argument('[before]', 'a commit (else what is pushed of this branch)')
      .argument('[after]', 'a commit (else the work tree)')
      .option('--branch <name>', 'the branch whose history tells the cost (else the one you are on)')
      .option('--repo <name>', 'the repository of the server (else found by its address)')
      .option('--offline', 'ask no server for the cost')
      .option('--exit-code', 'end with 1 when there is a difference'),
  ).action(
    runWith(terminal, async (output: Output, options: Options, before?: string, after?: string) => {
      const { directory } = terminal;
      const top = await topOf(directory);
      const first = before ?? (await upstreamOf(top));
      const old = await readCommit(directory, first, options.branch);
      const now = after
        ? await readCommit(directory, after, options.branch)
        : await readWorkTree(directory, options.branch);
      const [one, other] = [await read(old, first), await read(now, after ?? 'the work tree')];
      const { costOf, diffConfigurations, isSame, printCost, printDiff } = await import('@signalbox/plan');
      const diff = diffConfigurations(one, other);
      const costs = isSame(diff) ? null : await readLaneCosts(terminal, top, now.push.branch, options);
      const cost = costs && 'usual' in costs ? costOf(one, other, costs.usual) : null;
      const note = costs && 'note' in costs ? costs.note : null;
      output.answer({ ...diff, cost, note }, () => {
        const said = cost ? printCost(cost) : note;
        return `${printDiff(diff).trimEnd()}${said ? `\n\n${said}` : ''}`;
      });
      return options.exitCode && !isSame(diff) ? exitCode('other') : exitCode('ok');
    }),
  );
}

/** Where there is no configuration, there are no lanes. @throws Mistake when it has mistakes. */
async function read(facts: TreeFacts, name: string): Promise<Configuration | null> {
  const { loadConfiguration, printMistakes } = await import('@signalbox/plan');
  const loaded = await loadConfiguration(facts.tree, createRunScript(facts.push, 'push'));
  if (loaded.kind === 'absent') return null;
  if (loaded.kind === 'configuration') return loaded.configuration;
  throw new Mistake('usage', `The configuration of ${name} has mistakes.`, printMistakes(loaded.mistakes).trimEnd());
}

/** Where the branch left what is pushed of it. */
async function upstreamOf(top: string): Promise<string> {
  const upstream = await git(top, ['rev-parse', '--quiet', '--verify', '@{upstream}'], { mayExit: 1 }).catch(
    () => undefined,
  );
  const fork = upstream && (await git(top, ['merge-base', upstream, 'HEAD'], { mayExit: 1 }));
  if (fork) return fork;
  throw new Mistake(
    'usage',
    'This branch follows none that is pushed.',
    'Say what to compare with: signalbox diff HEAD',
  );
}
