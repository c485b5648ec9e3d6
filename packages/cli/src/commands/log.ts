// `signalbox log`: what the newest run of a job printed, all of it or a part, also while it still prints.
import { type Command, Option } from 'commander';
import { createCommand, runWith, withServer } from '../command-line.ts';
import { connect, type ServerOptions } from '../connect.ts';
import { printErrors } from '../error-lines.ts';
import { findJob, type Lane } from '../find.ts';
import { followLog } from '../follow-log.ts';
import { grepLog } from '../grep-log.ts';
import { type TimeKind, timeKinds } from '../line-clock.ts';
import { printLines } from '../log-lines.ts';
import { Mistake } from '../mistake.ts';
import type { Output, OutputOptions } from '../output.ts';
import type { Terminal } from '../terminal.ts';

type Options = OutputOptions &
  ServerOptions &
  Lane & {
    step?: string;
    follow?: true;
    raw?: true;
    grep?: string;
    regex?: true;
    ignoreCase?: true;
    lines?: string;
    tail?: string;
    errors?: true;
    times?: TimeKind;
  };

export function logCommand(terminal: Terminal): Command {
  return withServer(
    createCommand('log', 'Print the log of the newest run of a job.', [
      ['signalbox log 1207', 'all steps'],
      ['signalbox log 1207 --step 2', 'one step (0 is the set-up, 1 the first of yours)'],
      ['signalbox log test-linux --repo api --branch main --follow', 'as it is written'],
      ['signalbox log 1207 --grep "undefined reference"', 'the lines that hold this text, with their places'],
      ['signalbox log 1207 --grep "warning|error" --regex --ignore-case', 'the lines that match'],
      ['signalbox log 1207 --step 1 --lines 120-140', 'these lines of a step'],
      ['signalbox log 1207 --tail 50', 'the last lines'],
      ['signalbox log 1207 --errors', 'the lines that look like the reason of a failure'],
      ['signalbox log 1207 --times', 'before each line when it was printed, in UTC'],
      ['signalbox log 1207 --times delta', 'before each line how long after the one before'],
      ['signalbox log 1207 --raw > log.txt', 'the bytes as they are, without headings'],
    ])
      .argument('<job>', 'number of a job, or its name with --repo and --branch')
      .option('--repo <name>', 'of this repository')
      .option('--branch <name>', 'of this branch')
      .option('--step <number>', 'this step only')
      .option('--follow', 'go on until the run has ended')
      .option('--grep <text>', 'the lines that hold this text, as step:line: text')
      .option('--regex', 'the text is a regular expression, as RE2 reads it')
      .option('--ignore-case', 'small and capital letters are the same')
      .option('--lines <range>', 'these lines of a step, such as 120-140')
      .option('--tail <number>', 'the last lines')
      .option('--errors', 'the lines that look like the reason of a failure, as step:line: text')
      .addOption(
        new Option('--times [how]', 'when each line was printed: in UTC, since its step began, since the line before')
          .choices(timeKinds)
          .preset('absolute'),
      )
      .option('--raw', 'bytes as they are: no headings, colours kept'),
  ).action(
    runWith(terminal, async (output: Output, options: Options, word: string) => {
      refuseMixture(options);
      const step = options.step === undefined ? undefined : stepNumber(options.step);
      const raw = options.raw ?? false;
      const wanted = linesWanted(options, step);
      const client = connect(terminal.env, options);
      const job = await findJob(client, word, { repo: options.repo, branch: options.branch });
      if (wanted) return printLines(client, output, job, wanted, { raw, times: options.times });
      if (options.errors) return printErrors(client, output, job, { step, raw });
      const { grep: text, regex = false, ignoreCase = false, follow = false } = options;
      if (text !== undefined)
        return grepLog(client, output, job, { text, regex, ignoreCase, step, raw, times: options.times });
      return followLog(client, output, job, { step, follow, raw, times: options.times });
    }),
  );
}

/** @throws Mistake usage */
function refuseMixture({ follow, grep, lines, tail, errors, regex, ignoreCase, times }: Options): void {
  const ways = Object.entries({ follow, grep, lines, tail, errors }).filter(([, value]) => value !== undefined);
  if (ways.length > 1) {
    throw new Mistake('usage', `${ways.map(([name]) => `--${name}`).join(' and ')} exclude each other.`, 'Give one.');
  }
  if (errors && times) {
    throw new Mistake('usage', '--times is not said of --errors.', 'Of one of them: --step 1 --lines 120 --times.');
  }
  if (grep === undefined && (regex || ignoreCase)) {
    throw new Mistake('usage', '--regex and --ignore-case say how to search.', 'Say what with --grep.');
  }
}

/** @throws Mistake usage */
function linesWanted({ lines, tail }: Options, step: number | undefined) {
  if (tail !== undefined) {
    if (/^[1-9]\d{0,6}$/.test(tail)) return { kind: 'last', count: Number(tail), step } as const;
    throw new Mistake('usage', `--tail is a number of lines, not "${tail}".`, 'For instance --tail 50.');
  }
  if (lines === undefined) return undefined;
  if (!/^[1-9]\d{0,14}(-[1-9]\d{0,14})?$/.test(lines)) {
    throw new Mistake('usage', `--lines is a range of line numbers, not "${lines}".`, 'For instance --lines 120-140.');
  }
  if (step === undefined) {
    throw new Mistake('usage', '--lines needs --step: each step counts its own lines.', 'For instance --step 1.');
  }
  return { kind: 'range', lines, step } as const;
}

function stepNumber(text: string): number {
  if (/^\d{1,4}$/.test(text)) return Number(text);
  throw new Mistake('usage', `--step is a number, not "${text}".`, '0 is the set-up, 1 the first step of the job.');
}
