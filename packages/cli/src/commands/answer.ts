// `signalbox approve` and `signalbox reject`: a person's answer to a gate.
import type { Command } from 'commander';
import { createCommand, type Example, runWith, withServer } from '../command-line.ts';
import { connect, type ServerOptions } from '../connect.ts';
import { findJob, type Lane } from '../find.ts';
import { clean, type Output, type OutputOptions } from '../output.ts';
import type { Terminal } from '../terminal.ts';

type Options = OutputOptions & ServerOptions & Lane & { comment?: string };

export const approveCommand = (terminal: Terminal): Command =>
  answerCommand(terminal, 'approve', 'Say yes to a gate: the jobs that need it go on.', [
    ['signalbox approve 1207', 'one gate'],
    ['signalbox approve ship --repo api --branch release/2.0 --comment "notes are read"', 'with a word to it'],
  ]);

export const rejectCommand = (terminal: Terminal): Command =>
  answerCommand(terminal, 'reject', 'Say no to a gate: the jobs that need it are skipped.', [
    ['signalbox reject 1207 --comment "wrong version"', 'one gate, and why'],
  ]);

const became = { approve: 'approved', reject: 'rejected' } as const;

function answerCommand(
  terminal: Terminal,
  answer: keyof typeof became,
  sentence: string,
  examples: readonly Example[],
): Command {
  return withServer(
    createCommand(answer, sentence, examples)
      .argument('<job>', 'number of a gate, or its name with --repo and --branch')
      .option('--comment <text>', 'why; it is kept with the answer')
      .option('--repo <name>', 'of this repository')
      .option('--branch <name>', 'of this branch'),
  ).action(
    runWith(terminal, async (output: Output, options: Options, word: string) => {
      const client = connect(terminal.env, options);
      const { repo, branch, comment } = options;
      const id = await findJob(client, word, { repo, branch });
      const body = { answer, ...(comment !== undefined && { comment }) };
      const job = await client.call('answer-gate', { params: { job: id }, body });
      output.answer(job, () => `Job ${id} (${clean(job.name)}) is ${became[answer]}: ${clean(job.gate ?? '')}`);
    }),
  );
}
