// `signalbox explain`: why a job does not run, who can help, its place in line, and when it may begin.
import type { Client, Explanation } from '@signalbox/protocol/browser';
import type { Command } from 'commander';
import { createCommand, runWith, withServer } from '../command-line.ts';
import { connect, type ServerOptions } from '../connect.ts';
import { type Explained, explanationText } from '../explanation-text.ts';
import { findJob, type Lane } from '../find.ts';
import { listen } from '../live.ts';
import type { Output, OutputOptions } from '../output.ts';
import type { Terminal } from '../terminal.ts';

type Options = OutputOptions & ServerOptions & Lane & { watch?: true };

/** Its place in line moves without a hint of its own. */
const lookEveryMs = 2000;

export function explainCommand(terminal: Terminal): Command {
  return withServer(
    createCommand('explain', 'Say why a job does not run, and when it may.', [
      ['signalbox explain 1207', 'what blocks it, who can lift it, its place in line'],
      ['signalbox explain test-linux --repo api --branch main', 'the newest job of that name'],
      ['signalbox explain 1207 --watch', 'stay until it runs'],
      ['signalbox explain 1207 --json', 'the same for programs'],
    ])
      .argument('<job>', 'number of a job, or its name with --repo and --branch')
      .option('--repo <name>', 'of this repository')
      .option('--branch <name>', 'of this branch')
      .option('--watch', 'stay until it runs or has ended, and show what changes'),
  ).action(
    runWith(terminal, async (output: Output, options: Options, word: string) => {
      const client = connect(terminal.env, options);
      const id = await findJob(client, word, { repo: options.repo, branch: options.branch });
      if (options.watch) return watch(client, output, id);
      const explained = await look(client, id);
      output.answer(explained.explanation, () => explanationText(output, explained));
      return 0;
    }),
  );
}

async function look(client: Client, id: number): Promise<Explained> {
  const [explanation, { job, push }] = await Promise.all([
    client.call('explain-job', { params: { job: id } }),
    client.call('get-job', { params: { job: id } }),
  ]);
  return { explanation, job, push };
}

/** On a screen it is drawn anew; elsewhere it is told again when it changed (JSON: one object a line). */
async function watch(client: Client, output: Output, id: number): Promise<number> {
  const news = listen(client, [`job:${id}`]);
  let shown = '';
  try {
    for (;;) {
      await news.next(lookEveryMs);
      const explained = await look(client, id);
      const { explanation } = explained;
      const lines = explanationText(output, explained);
      const now = withoutTimes(explanation);
      if (output.live) output.raw(`\x1b[H\x1b[2J${lines.join('\n')}\n`);
      else if (now !== shown && output.json) output.raw(`${JSON.stringify(explanation)}\n`);
      else if (now !== shown) output.line(`${lines.join('\n')}\n`);
      shown = now;
      if (explanation.state === 'running' || explanation.state === 'done') return 0;
    }
  } finally {
    news.close();
  }
}

function withoutTimes({ state, blockers, place }: Explanation): string {
  return JSON.stringify([state, blockers, place && [place.ahead, place.ready, place.why]]);
}
