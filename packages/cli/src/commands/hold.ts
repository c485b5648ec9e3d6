// `signalbox workers drain | quarantine | retire | resume`: keep workers from taking runs, and let them go.
import type { WorkerHold } from '@signalbox/protocol/browser';
import type { Command } from 'commander';
import { createCommand, type Example, runWith, withServer } from '../command-line.ts';
import { connect, type ServerOptions } from '../connect.ts';
import { holdWorkers, letWorkersGo } from '../hold-workers.ts';
import type { Output, OutputOptions } from '../output.ts';
import type { Terminal } from '../terminal.ts';

type Common = OutputOptions & ServerOptions;

export const drainCommand = (terminal: Terminal): Command =>
  holdCommand(terminal, 'drained', 'drain', 'Let workers end what they run, and give them nothing more.', [
    ['signalbox workers drain mac-7 --reason "new disk"', 'until `signalbox workers resume mac-7`'],
    ['signalbox workers drain mac-7 mac-8 --reason "moving the rack"', 'several at once'],
  ]);

export const quarantineCommand = (terminal: Terminal): Command =>
  holdCommand(
    terminal,
    'quarantined',
    'quarantine',
    'Give workers nothing more because something is wrong with them.',
    [['signalbox workers quarantine mac-7 --reason "clock is wrong"', 'what it runs goes on']],
  );

export const retireCommand = (terminal: Terminal): Command =>
  holdCommand(terminal, 'retired', 'retire', 'Give workers nothing more for good.', [
    ['signalbox workers retire mac-3 --reason "sold"', 'it may end what it runs'],
  ]);

export function resumeWorkersCommand(terminal: Terminal): Command {
  return withServer(
    createCommand('resume', 'Let workers take runs again.', [
      ['signalbox workers resume mac-7', 'one that was drained or quarantined'],
    ]).argument('<name...>', 'names of workers'),
  ).action(
    runWith(terminal, async (output: Output, options: Common, names: string[]) => {
      const workers = await letWorkersGo(connect(terminal.env, options), names);
      output.answer({ workers }, () => workers.map((one) => `${one.name} takes runs again.`));
    }),
  );
}

function holdCommand(
  terminal: Terminal,
  kind: WorkerHold['kind'],
  verb: string,
  sentence: string,
  examples: readonly Example[],
): Command {
  return withServer(
    createCommand(verb, sentence, examples)
      .argument('<name...>', 'names of workers')
      .requiredOption('--reason <text>', 'why; it is shown with your name wherever the worker is seen'),
  ).action(
    runWith(terminal, async (output: Output, options: Common & { reason: string }, names: string[]) => {
      const { reason } = options;
      const workers = await holdWorkers(connect(terminal.env, options), names, { kind, reason });
      output.answer({ workers }, () =>
        workers.map((one) => {
          const left = one.running.length === 0 ? 'It runs nothing.' : `It still runs ${one.running.length}.`;
          return `${one.name} is ${kind} and gets no more runs. ${left}`;
        }),
      );
    }),
  );
}
