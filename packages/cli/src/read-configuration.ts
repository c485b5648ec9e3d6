// The configuration of a work tree or a commit, for the commands that need one without mistakes.
import type { Configuration, ReadingStage } from '@signalbox/plan';
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
export async function readSound(output: Output, directory: string, asked: Asked): Promise<Sound | Told> {
  const { rev, branch, cause = 'push' } = asked;
  const facts = rev ? await readCommit(directory, rev, branch) : await readWorkTree(directory, branch);
  return readFacts(output, facts, { where: rev ? `${facts.top} at ${rev}` : facts.top, cause });
}

export type Reading = {
  /** For a message. */
  readonly where: string;
  readonly cause: Cause;
  /** What this stage gives, though later ones may find mistakes. */
  readonly until?: ReadingStage | undefined;
};

export async function readFacts(
  output: Output,
  facts: TreeFacts,
  { where, cause, until }: Reading,
): Promise<Sound | Told> {
  // Loaded when asked for: most commands start faster without it.
  const { loadConfiguration, printMistakes, readConfiguration } = await import('@signalbox/plan');
  const run = createRunScript(facts.push, cause);
  const loaded = await loadConfiguration(facts.tree, run, (input) => readConfiguration({ ...input, until }));
  if (loaded.kind === 'absent') throw noConfiguration(where);
  if (loaded.kind === 'configuration') return { kind: 'sound', facts, configuration: loaded.configuration };
  output.answer({ mistakes: loaded.mistakes }, () => printMistakes(loaded.mistakes).trimEnd());
  return { kind: 'told', code: exitCode('usage') };
}
