// `signalbox results`: the test cases of a job's newest run, those that are not passed first, and what analyses found.
import type { CaseState, RunResults } from '@signalbox/protocol/browser';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { createCommand, runWith, withServer } from '../command-line.ts';
import { connect, type ServerOptions } from '../connect.ts';
import { exitCode } from '../exit-codes.ts';
import { findJob, type Lane } from '../find.ts';
import { runOfJob } from '../follow-log.ts';
import { clean, type Output, type OutputOptions } from '../output.ts';
import type { Terminal } from '../terminal.ts';
import { span } from '../words.ts';

const states = ['failed', 'errored', 'flaky', 'skipped', 'passed'] as const satisfies readonly CaseState[];
type Options = OutputOptions & ServerOptions & Lane & { state?: CaseState; text?: string; limit: number };

export function resultsCommand(terminal: Terminal): Command {
  return withServer(
    createCommand('results', 'Show test results of the newest run of a job.', [
      ['signalbox results 1207', 'what failed first, and the counts'],
      ['signalbox results 1207 --state flaky', 'what failed and then passed'],
      ['signalbox results test-linux --repo api --branch main --json', 'the same for programs'],
    ])
      .argument('<job>', 'number of a job, or its name with --repo and --branch')
      .option('--repo <name>', 'of this repository')
      .option('--branch <name>', 'of this branch')
      .addOption(new Option('--state <state>', 'cases that went so').choices(states))
      .option('--text <text>', 'cases with this in their suite or name')
      .option('--limit <count>', 'at most so many cases (1 to 1000)', wholeLimit, 50),
  ).action(
    runWith(terminal, async (output: Output, options: Options, word: string) => {
      const { repo, branch, state, text, limit } = options;
      const client = connect(terminal.env, options);
      const { run } = await runOfJob(client, await findJob(client, word, { repo, branch }));
      const params = { run: run.id };
      const results = await client.call('list-results', { params, query: { state, text, limit } });
      const found = await client.call('list-findings', { params, query: { limit } });
      output.answer({ run: run.id, ...results, listedFindings: found.items }, () => [
        ...results.items.flatMap((item) => caseLines(output, item)),
        ...found.items.map(({ level, sourceFile, line, rule, message }) => {
          const place = sourceFile === null ? '' : `${clean(sourceFile)}${line === null ? '' : `:${line}`}: `;
          return `${place}${level}: ${clean(message)} ${output.style('dim', clean(rule))}`;
        }),
        ...summary(results),
      ]);
      return results.files.length > 0 ? exitCode('ok') : exitCode('not-found');
    }),
  );
}

const styles = { failed: 'red', errored: 'magenta', flaky: 'yellow', skipped: 'dim', passed: 'green' } as const;

function caseLines(output: Output, { state, suite, name, durationMs, message }: RunResults['items'][number]): string[] {
  const took =
    durationMs === null
      ? ''
      : ` ${output.style('dim', durationMs < 1000 ? `${Math.round(durationMs)} ms` : span(durationMs))}`;
  const head = `${output.style(styles[state], state)}  ${clean(suite === '' ? name : `${suite} ${name}`)}${took}`;
  const lines = state === 'passed' || !message ? [] : message.trim().split('\n').slice(0, 5);
  return [head, ...lines.map((line) => `    ${clean(line)}`)];
}

function summary({ counts, files, next }: RunResults): string[] {
  if (files.length === 0) return ['It told of no test results: `results:` of a job names the files that are read.'];
  const told = states.filter((state) => counts[state] > 0).map((state) => `${counts[state]} ${state}`);
  return [
    ...files.flatMap(({ path, state, why }) => {
      if (state === 'waiting') return [`${clean(path)} will be read in a moment.`];
      return state === 'unreadable' ? [`${clean(path)} was not read. ${clean(why ?? '')}`] : [];
    }),
    `${told.join(', ') || 'no cases'}${next === null ? '' : ' (more than are shown: --limit, --state)'}`,
  ];
}

function wholeLimit(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 1000) return value;
  throw new InvalidArgumentError('It is a whole number from 1 to 1000.');
}
