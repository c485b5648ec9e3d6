// The configuration of a work tree or a commit, for the commands that need one without mistakes.
import type { Configuration } from '@signalbox/plan';
import type { Cause } from '@signalbox/protocol/browser';
import { exitCode } from './exit-codes.ts';
import type { Output } from './output.ts';
import { createRunScript } from './run-script.ts';
import { noConfiguration, readCommit, readWorkTree, type TreeFacts } from './work-tree.ts';

export type Asked = {
  readonly rev?: string | undefined;
  readonly branch?: string | undefined;
  /** For a configuration in TypeScript, which may ask. */
  readonly cause?: Cause;
};
export type Sound = { readonly kind: 'sound'; readonly facts: TreeFacts; readonly configuration: Configuration };
/** Its mistakes are told; the command ends with this code. */
export type Told = { readonly kind: 'told'; readonly code: number };

/** @throws Mistake when there is no configuration, commit or work tree. */
export async function readSound(
  output: Output,
  directory: string,
  { rev, branch, cause = 'push' }: Asked,
): Promise<Sound | Told> {
  const facts = rev ? await readCommit(directory, rev, branch) : await readWorkTree(directory, branch);
  // Loaded when asked for: most commands start faster without it.
  const { loadConfiguration, printMistakes } = await import('@signalbox/plan');
  const loaded = await loadConfiguration(facts.tree, createRunScript(facts.push, cause));
  if (loaded.kind === 'absent') throw noConfiguration(rev ? `${facts.top} at ${rev}` : facts.top);
  if (loaded.kind === 'configuration') return { kind: 'sound', facts, configuration: loaded.configuration };
  output.answer({ mistakes: loaded.mistakes }, () => printMistakes(loaded.mistakes).trimEnd());
  return { kind: 'told', code: exitCode('usage') };
}
