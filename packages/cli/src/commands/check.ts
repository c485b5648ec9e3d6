// `signalbox check`: everything that can be wrong with a configuration, all at once, before it is pushed.
import { writeFileSync } from 'node:fs';
import type { Configuration, Facts, Linted, Span } from '@signalbox/plan';
import type { Command } from 'commander';
import { type FactOptions, gatherFacts } from '../check/gather-facts.ts';
import { findTargets, type Target, type TargetOptions } from '../check/targets.ts';
import { createCommand, runWith, withServer } from '../command-line.ts';
import { exitCode } from '../exit-codes.ts';
import type { Output, OutputOptions } from '../output.ts';
import { ownVersion } from '../own-version.ts';
import { createRunScript } from '../run-script.ts';
import type { Terminal } from '../terminal.ts';
import { noConfiguration } from '../work-tree.ts';

type Options = OutputOptions & TargetOptions & FactOptions & { sarif?: true; strict?: true; profile?: string | true };

export function checkCommand(terminal: Terminal): Command {
  return withServer(
    createCommand('check', 'Find everything that is wrong with a configuration.', [
      ['signalbox check', 'of the work tree, as it lies there'],
      ['signalbox check --all-branches', 'of every branch; what branches share is checked once'],
      ['signalbox check --repo app --server https://ci.example.org', 'with the pools and secrets of that server'],
      ['signalbox check --fleet fleet.json --offline', 'with the pools of a file, without a server'],
      ['signalbox check --sarif > check.sarif', 'for forges and editors'],
      ['signalbox check --profile', 'where the time goes, and which line is slow'],
    ])
      .option('--branch <name>', 'as it is on that branch')
      .option('--all-branches', 'as it is on each branch')
      .option('--rev <commit>', 'as it is at a commit')
      .option('--repo <name>', 'the repository of the server whose secrets it may use (else found by its address)')
      .option('--fleet <file>', 'pools from a file: {"workers": [{"name": "w1", "pools": ["linux"]}]}')
      .option('--offline', 'ask no server')
      .option('--strict', 'warnings end with exit code 2 too')
      .option('--sarif', 'answer with SARIF 2.1.0')
      .option(
        '--profile [file]',
        'print where the time goes, and write it to a file that the profiler of a browser opens',
      ),
  ).action(
    runWith(terminal, async (output: Output, options: Options) => {
      const { top, targets, branches } = await findTargets(terminal.directory, options);
      const { facts, notes } = await gatherFacts(terminal, top, options);
      const checked: Checked[] = [];
      for (const target of targets) checked.push(await checkTarget(target, { ...facts, branches }, options));
      const first = checked.find((one) => one.kind === 'checked');
      if (!first) throw noConfiguration(targets.length === 1 ? top : `any branch of ${top}`);
      await report(
        output,
        checked.filter((one) => one.kind === 'checked'),
        notes,
        options,
      );
      const isWrong = checked.some(
        (one) =>
          one.kind === 'checked' && (one.mistakes.length > 0 || (options.strict === true && one.warnings.length > 0)),
      );
      return exitCode(isWrong ? 'usage' : 'ok');
    }),
  );
}

type Checked = { readonly kind: 'absent'; readonly name: string } | Whole;
type Whole = Linted & {
  readonly kind: 'checked';
  readonly name: string;
  readonly lanes: number;
  readonly configuration: Configuration | null;
  readonly spans: readonly Span[];
};

async function checkTarget(target: Target, facts: Facts, options: Options): Promise<Checked> {
  // Loaded when asked for: most commands start faster without it.
  const { lint, loadConfiguration, readConfiguration } = await import('@signalbox/plan');
  const clock = options.profile === undefined ? undefined : { now: () => performance.now(), spans: [] as Span[] };
  const run = createRunScript({ branch: target.branch, message: '', files: null }, 'push', clock);
  const loaded = await loadConfiguration(target.tree, run, (input) => readConfiguration(input, clock));
  const { name } = target;
  if (loaded.kind === 'absent') return { kind: 'absent', name };
  const spans = clock?.spans ?? [];
  if (loaded.kind === 'mistakes') {
    const { mistakes } = loaded;
    return { kind: 'checked', name, mistakes, warnings: [], unchecked: [], lanes: 0, configuration: null, spans };
  }
  const { configuration } = loaded;
  const lanes = configuration.draft.cells.length;
  const linted = lint(configuration, { ...facts, paths: await target.paths() }, clock);
  return { kind: 'checked', name, ...linted, lanes, configuration, spans };
}

async function report(
  output: Output,
  checked: readonly Whole[],
  notes: readonly string[],
  options: Options,
): Promise<void> {
  const { printProfile, printSarif, traceOf } = await import('@signalbox/plan');
  if (options.sarif) {
    const all = { mistakes: checked.flatMap((one) => one.mistakes), warnings: checked.flatMap((one) => one.warnings) };
    output.raw(printSarif(all, ownVersion));
  } else {
    const configurations = checked.map(({ name, lanes, mistakes, warnings, unchecked }) => ({
      name,
      lanes,
      mistakes,
      warnings,
      unchecked,
    }));
    const text = await textOf(checked);
    output.answer({ configurations, notes }, () => text);
    for (const note of notes) output.note(note);
  }
  for (const { configuration, spans, name } of checked) {
    if (options.profile === undefined || !configuration) continue;
    const { source } = configuration.draft;
    output.note(`\n${checked.length > 1 ? `${name}\n` : ''}${printProfile(spans, source).trimEnd()}`);
    const file = options.profile === true ? 'signalbox-check.trace.json' : options.profile;
    writeFileSync(file, traceOf(spans, source));
    output.note(`Written: ${file} (open it in the performance panel of a browser, or in ui.perfetto.dev)`);
  }
}

async function textOf(checked: readonly Whole[]): Promise<string> {
  const { printMistakes } = await import('@signalbox/plan');
  const parts = checked.map(({ name, lanes, mistakes, warnings, unchecked }) => {
    const lines: string[] = checked.length > 1 ? [`== ${name}`] : [];
    if (mistakes.length > 0) lines.push(printMistakes(mistakes));
    if (warnings.length > 0) lines.push(printMistakes(warnings, 'warning'));
    const well = mistakes.length > 0 ? [] : [`${lanes} ${lanes === 1 ? 'lane' : 'lanes'}, no mistake.`];
    const not = unchecked.length > 0 ? [`Not checked: ${unchecked.join(', ')}.`] : [];
    return [...lines, ...well, ...not].join('\n');
  });
  return parts.join('\n\n');
}
