// `signalbox pause`, `resume`, `pauses`: keep jobs of a pool, a branch or a lane from being claimed, and let them go.
import type { Client, Pause } from '@signalbox/protocol/browser';
import type { Command } from 'commander';
import { createCommand, runWith, withServer } from '../command-line.ts';
import { connect, type ServerOptions } from '../connect.ts';
import { Mistake } from '../mistake.ts';
import { clean, type Output, type OutputOptions, table } from '../output.ts';
import { isPauseOf, readTarget, targetForms, targetText } from '../pause-target.ts';
import type { Terminal } from '../terminal.ts';
import { span } from '../words.ts';

type Common = OutputOptions & ServerOptions;
const forms = targetForms.join(', or ');

export function pauseCommand(terminal: Terminal): Command {
  return withServer(
    createCommand('pause', 'Claim no more jobs of a pool, a branch (close the tree) or a lane.', [
      ['signalbox pause branch api main --reason "tests are red since 4f2a"', 'close the tree'],
      ['signalbox pause pool macos --reason "Xcode is being upgraded"', 'all jobs of a pool'],
      ['signalbox pause lane api main test-linux --reason "eats the disk"', 'one lane'],
    ])
      .argument('<what...>', forms)
      .requiredOption('--reason <text>', 'why; it is shown with your name wherever the pause is seen'),
  ).action(
    runWith(terminal, async (output: Output, options: Common & { reason: string }, words: string[]) => {
      const target = readTarget(words);
      const pause = await connect(terminal.env, options).call('pause', { body: { ...target, reason: options.reason } });
      output.answer(pause, () => [
        `${capital(targetText(pause))} is paused. What runs goes on; what is ready waits.`,
        `End it: signalbox resume ${pause.id}`,
      ]);
    }),
  );
}

export function resumeCommand(terminal: Terminal): Command {
  return withServer(
    createCommand('resume', 'End a pause.', [
      ['signalbox resume branch api main', 'open the tree'],
      ['signalbox resume pool macos', 'let the jobs of a pool go'],
      ['signalbox resume 3', 'the pause with this number (`signalbox pauses`)'],
    ]).argument('<what...>', `${forms}, or the number of a pause`),
  ).action(
    runWith(terminal, async (output: Output, options: Common, words: string[]) => {
      const client = connect(terminal.env, options);
      const [only = ''] = words;
      if (words.length === 1 && /^[1-9]\d{0,15}$/.test(only)) {
        await client.call('resume', { params: { pause: Number(only) } });
        output.answer({ resumed: Number(only) }, () => `Pause ${only} is over.`);
        return;
      }
      const pause = await findPause(client, words);
      await client.call('resume', { params: { pause: pause.id } });
      output.answer({ resumed: pause.id }, () => `${capital(targetText(pause))} goes on.`);
    }),
  );
}

export function pausesCommand(terminal: Terminal): Command {
  return withServer(
    createCommand('pauses', 'List what is paused, by whom and why.', [
      ['signalbox pauses', 'pools, branches and lanes'],
      ['signalbox pauses --json', 'the same for programs'],
    ]),
  ).action(
    runWith(terminal, async (output: Output, options: Common) => {
      const answer = await connect(terminal.env, options).call('list-pauses', {});
      output.answer(answer, () => (answer.items.length > 0 ? pauseTable(output, answer.items) : 'Nothing is paused.'));
    }),
  );
}

/** @throws Mistake not-found when it is not paused. */
async function findPause(client: Client, words: readonly string[]): Promise<Pause> {
  const target = readTarget(words);
  const { items } = await client.call('list-pauses', {});
  const found = items.find((pause) => isPauseOf(pause, target));
  if (found) return found;
  const others = items.map((pause) => `${targetText(pause)} (${pause.id})`);
  const cure = others.length > 0 ? `Paused are: ${others.join(', ')}.` : 'Nothing is paused.';
  throw new Mistake('not-found', `${capital(targetText(target))} is not paused.`, cure);
}

function pauseTable(output: Output, pauses: readonly Pause[]): string[] {
  const rows = pauses.map((one) => [
    String(one.id),
    targetText(one),
    `${span(Date.now() - Date.parse(one.at))} ago`,
    clean(one.by),
    clean(one.reason),
  ]);
  return table(output, ['PAUSE', 'WHAT', 'SINCE', 'BY', 'WHY'], rows);
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
