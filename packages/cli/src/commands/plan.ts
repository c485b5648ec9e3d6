// `signalbox plan`: what would run and why, and why the rest would not; or what one stage of planning gives.
import type { PlanStage, ReadingStage, Shown } from '@signalbox/plan';
import type { Cause } from '@signalbox/protocol/browser';
import { type Command, Option } from 'commander';
import { createCommand, runWith, withServer } from '../command-line.ts';
import { connect, type ServerOptions } from '../connect.ts';
import { exitCode } from '../exit-codes.ts';
import { wholeNumber } from '../find.ts';
import { Mistake } from '../mistake.ts';
import type { Output, OutputOptions } from '../output.ts';
import { readPushFacts } from '../push-facts.ts';
import { readFacts } from '../read-configuration.ts';
import type { Terminal } from '../terminal.ts';
import { readCommit, readWorkTree, type TreeFacts } from '../work-tree.ts';

const causes = ['push', 'manual', 'api', 'try', 'nightly', 'release', 'backfill'] as const satisfies readonly Cause[];
const reading = ['parse', 'apply', 'check', 'expand', 'link'] as const satisfies readonly ReadingStage[];
const stages = [...reading, 'select', 'order'] as const satisfies readonly PlanStage[];

type Asked = { readonly branch?: string; readonly rev?: string; readonly push?: string };
type Options = OutputOptions & ServerOptions & Asked & { cause: Cause; until?: PlanStage };

export function planCommand(terminal: Terminal): Command {
  return withServer(
    createCommand('plan', 'Print the plan of a work tree: what would run and why, and why the rest would not.', [
      ['signalbox plan', 'as if all of it was pushed now'],
      ['signalbox plan --branch release/2.0', 'to another branch'],
      ['signalbox plan --rev HEAD~3', 'of that commit alone'],
      ['signalbox plan --cause nightly', 'what a nightly would run'],
      ['signalbox plan --push 1207', 'of a push that the server knows, by its own branch, message and files'],
      ['signalbox plan --until apply', 'the configuration with its templates applied, as YAML'],
      ['signalbox plan --json', 'for programs; mistakes end with exit code 2'],
    ])
      .option('--branch <name>', 'the branch that is pushed to (else the one you are on)')
      .option('--rev <commit>', 'a commit instead of the work tree')
      .option('--push <number>', 'a push of the server; its commit is read from this clone')
      .addOption(new Option('--cause <cause>', 'why it is planned').choices(causes).default('push'))
      .addOption(
        new Option('--until <stage>', 'print what this stage of planning gives, and do nothing after it').choices(
          stages,
        ),
      ),
  ).action(
    runWith(terminal, async (output: Output, options: Options) => {
      const { cause, until } = options;
      const facts = await factsOf(terminal, options);
      const stage = reading.find((each) => each === until);
      const where = options.rev ? `${facts.top} at ${options.rev}` : facts.top;
      const read = await readFacts(output, facts, { where, cause, until: stage });
      if (read.kind === 'told') return read.code;
      const { planPush, printPlan, showSelected, showStage } = await import('@signalbox/plan');
      const show = ({ value, text }: Shown) => output.answer(value, () => text.trimEnd());
      if (stage) show(showStage(read.configuration, stage));
      else {
        const plan = planPush(read.configuration, facts.push, cause);
        show(until === 'select' ? showSelected(plan) : { value: plan, text: printPlan(plan) });
      }
      return exitCode('ok');
    }),
  );
}

function factsOf({ directory, env }: Terminal, options: Options): Promise<TreeFacts> {
  const { branch, rev, push } = options;
  if (push === undefined) return rev ? readCommit(directory, rev, branch) : readWorkTree(directory, branch);
  if (rev !== undefined || branch !== undefined) {
    throw new Mistake('usage', '--push names a commit and a branch already.', 'Leave --rev and --branch away.');
  }
  return readPushFacts(connect(env, options), directory, wholeNumber(push, 'The push'));
}
