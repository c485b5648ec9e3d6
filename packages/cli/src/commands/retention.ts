// `signalbox retention`: how long the archive keeps what, what would go now and why; and to change the one and do the other.
import type { Client, PurgePlan, RetentionChange, RetentionRule } from '@signalbox/protocol/browser';
import { type Command, Option } from 'commander';
import { createCommand, runWith, withServer } from '../command-line.ts';
import { connect, type ServerOptions } from '../connect.ts';
import { Mistake } from '../mistake.ts';
import { clean, type Output, type OutputOptions, table } from '../output.ts';
import type { Terminal } from '../terminal.ts';

type Common = OutputOptions & ServerOptions;

export function retentionCommand(terminal: Terminal): Command {
  const command = withServer(
    createCommand('retention', 'Remove from the archive what is over by its rules, now instead of within the hour.', [
      ['signalbox retention --dry-run', 'what would go, how many bytes, and by which rule'],
      ['signalbox retention', 'remove it'],
      ['signalbox retention rules', 'how long what is kept'],
      ['signalbox retention set nightly 60', 'nightlies for 60 days'],
      ['signalbox retention set builds forever --branch "esr/*" --kind artifacts', 'of some branches, one kind'],
    ]).option('--dry-run', 'only say what would go'),
  )
    .helpCommand(false)
    // What stands behind a word below it is that word's, not this command's.
    .enablePositionalOptions();
  command.addCommand(rulesCommand(terminal)).addCommand(setCommand(terminal)).addCommand(dropCommand(terminal));
  return command.action(
    runWith(terminal, async (output: Output, options: Common & { dryRun?: boolean }) => {
      const client = connect(terminal.env, options);
      if (options.dryRun) return showPlan(output, client);
      let [files, sizeBytes] = [0, 0];
      for (let more = true; more; ) {
        const done = await client.call('purge', {});
        files += done.files;
        sizeBytes += done.sizeBytes;
        more = done.more && done.files > 0;
      }
      output.answer(
        { files, sizeBytes },
        () => `Removed ${files} files, ${sizeText(sizeBytes)}. The audit says which.`,
      );
    }),
  );
}

async function showPlan(output: Output, client: Client): Promise<void> {
  const [plan, { items: rules }] = await Promise.all([
    client.call('plan-purge', {}),
    client.call('list-retention', {}),
  ]);
  output.answer(plan, () => planText(output, plan, rules));
}

function planText(output: Output, plan: PurgePlan, rules: readonly RetentionRule[]): string[] {
  const held =
    plan.held.files > 0 ? [`Pins hold ${plan.held.files} files more, ${sizeText(plan.held.sizeBytes)}.`] : [];
  if (plan.items.length === 0) return ['Nothing would go.', ...held];
  const why = (id: number) => {
    const rule = rules.find((one) => one.id === id);
    return rule ? ruleText(rule) : `rule ${id}`;
  };
  const items = plan.items.map((item) => [
    String(item.pipeline),
    `${clean(item.repo)} ${clean(item.branch)}`,
    item.kind,
    item.finishedAt.slice(0, 10),
    String(item.files),
    sizeText(item.sizeBytes),
    why(item.rule),
  ]);
  const totals = plan.totals.map(
    (one) =>
      `${why(one.rule)}: ${one.files} ${one.kind} of ${one.pipelines} pipelines would go, ${sizeText(one.sizeBytes)}.`,
  );
  return [...table(output, ['PIPELINE', 'OF', 'KIND', 'ENDED', 'FILES', 'SIZE', 'WHY'], items), '', ...totals, ...held];
}

function rulesCommand(terminal: Terminal): Command {
  return withServer(
    createCommand('rules', 'List how long the archive keeps what.', [['signalbox retention rules', 'all of them']]),
  ).action(
    runWith(terminal, async (output: Output, options: Common) => {
      const answer = await connect(terminal.env, options).call('list-retention', {});
      const rows = answer.items.map((rule) => [
        String(rule.id),
        rule.place,
        clean(rule.branch),
        rule.kind,
        daysText(rule.days),
        clean(rule.changedBy ?? ''),
      ]);
      output.answer(answer, () => table(output, ['RULE', 'PLACE', 'BRANCH', 'KIND', 'KEPT', 'BY'], rows));
    }),
  );
}

function setCommand(terminal: Terminal): Command {
  return withServer(
    createCommand('set', 'Make a rule, or change it. The narrowest one counts: by branch, then by kind.', [
      ['signalbox retention set try 3', 'tries for three days'],
      ['signalbox retention set release forever', 'as it is without being set'],
    ])
      .argument('<place>', 'builds, nightly, try or release')
      .argument('<days>', 'days after the end of the pipeline, or: forever')
      .addOption(new Option('--branch <pattern>', 'branches like this; * stands for any text').default('*'))
      .addOption(new Option('--kind <kind>').choices(['all', 'logs', 'artifacts']).default('all')),
  ).action(
    runWith(
      terminal,
      async (
        output: Output,
        options: Common & Pick<RetentionChange, 'branch' | 'kind'>,
        place: RetentionChange['place'],
        days: string,
      ) => {
        if (!['builds', 'nightly', 'try', 'release'].includes(place))
          throw new Mistake('usage', `"${place}" is no place of the archive.`, 'Say builds, nightly, try or release.');
        const { branch, kind } = options;
        const body = { place, branch, kind, days: days === 'forever' ? null : daysOf(days) };
        const rule = await connect(terminal.env, options).call('set-retention', { body });
        output.answer(rule, () => `${ruleText(rule)}. See what goes now: signalbox retention --dry-run`);
      },
    ),
  );
}

function dropCommand(terminal: Terminal): Command {
  return withServer(
    createCommand('remove', 'Remove a rule for some branches or for one kind.', [
      ['signalbox retention remove 7', 'the rule with this number (`signalbox retention rules`)'],
    ]).argument('<rule>', 'number of the rule'),
  ).action(
    runWith(terminal, async (output: Output, options: Common, word: string) => {
      if (!/^[1-9]\d{0,15}$/.test(word))
        throw new Mistake('usage', `"${word}" is no rule.`, '`signalbox retention rules` shows their numbers.');
      await connect(terminal.env, options).call('remove-retention', { params: { rule: Number(word) } });
      output.answer({ removed: Number(word) }, () => `Rule ${word} is gone.`);
    }),
  );
}

function daysOf(text: string): number {
  const days = Number(text.replace(/d$/, ''));
  if (days > 0) return days;
  throw new Mistake('usage', `"${text}" is no number of days.`, 'Say a number, or: forever.');
}

const daysText = (days: number | null) => (days === null ? 'for ever' : `${days} days`);
const ruleText = ({ place, branch, kind, days }: RetentionRule) =>
  `${place}${branch === '*' ? '' : ` ${clean(branch)}`}${kind === 'all' ? '' : ` ${kind}`} ${daysText(days)}`;

function sizeText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const unit = Math.min(units.length - 1, bytes === 0 ? 0 : Math.floor(Math.log2(bytes) / 10));
  return `${unit === 0 ? bytes : (bytes / 1024 ** unit).toFixed(1)} ${units[unit]}`;
}
