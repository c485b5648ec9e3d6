// `signalbox pin`, `unpin`, `pins`: hold files of the archive whatever the rules say, and let them go.
import type { Pin, PinTarget } from '@signalbox/protocol/browser';
import type { Command } from 'commander';
import { createCommand, runWith, withServer } from '../command-line.ts';
import { connect, type ServerOptions } from '../connect.ts';
import { Mistake } from '../mistake.ts';
import { clean, type Output, type OutputOptions, table } from '../output.ts';
import type { Terminal } from '../terminal.ts';

type Common = OutputOptions & ServerOptions;
const forms = 'job NUMBER, pipeline NUMBER, or directory PATH (as in the archive)';

export function pinCommand(terminal: Terminal): Command {
  return withServer(
    createCommand('pin', 'Hold the files of a job, a pipeline or a directory of the archive.', [
      ['signalbox pin job 1207 --reason "crash of bug 4711"', 'its logs and artifacts, of all its runs'],
      ['signalbox pin pipeline 88 --until 2027-06-30 --reason "partner tests"', 'all its jobs, until that day'],
      ['signalbox pin directory api/nightly/2026/11 --reason "the month before the change"', 'all below it'],
    ])
      .argument('<what...>', forms)
      .requiredOption('--reason <text>', 'why; it is shown with your name')
      .option('--until <date>', 'let it go by itself: a day or an instant, in UTC'),
  ).action(
    runWith(terminal, async (output: Output, options: Common & { reason: string; until?: string }, words: string[]) => {
      const until = options.until === undefined ? null : instantOf(options.until);
      const body = { ...readTarget(words), reason: options.reason, until };
      const pin = await connect(terminal.env, options).call('pin', { body });
      const end = pin.until === null ? '' : ` until ${pin.until}`;
      output.answer(pin, () => [`${clean(textOf(pin))} is held${end}.`, `Let it go: signalbox unpin ${pin.id}`]);
    }),
  );
}

export function unpinCommand(terminal: Terminal): Command {
  return withServer(
    createCommand('unpin', 'Let the rules decide again how long files stay.', [
      ['signalbox unpin 3', 'the pin with this number (`signalbox pins`)'],
    ]).argument('<pin>', 'number of the pin'),
  ).action(
    runWith(terminal, async (output: Output, options: Common, word: string) => {
      const pin = numberOf(word);
      await connect(terminal.env, options).call('unpin', { params: { pin } });
      output.answer({ unpinned: pin }, () => `Pin ${pin} is gone: the rules decide again.`);
    }),
  );
}

export function pinsCommand(terminal: Terminal): Command {
  return withServer(
    createCommand('pins', 'List what is held in the archive, by whom and why.', [
      ['signalbox pins', 'jobs, pipelines and directories'],
      ['signalbox pins --json', 'the same for programs'],
    ]),
  ).action(
    runWith(terminal, async (output: Output, options: Common) => {
      const answer = await connect(terminal.env, options).call('list-pins', {});
      const rows = answer.items.map((pin) => [
        String(pin.id),
        clean(textOf(pin)),
        pin.until?.slice(0, 10) ?? 'unpinned',
        clean(pin.by),
        clean(pin.reason),
      ]);
      output.answer(answer, () =>
        rows.length > 0 ? table(output, ['PIN', 'WHAT', 'UNTIL', 'BY', 'WHY'], rows) : 'Nothing is pinned.',
      );
    }),
  );
}

function readTarget([kind = '', value = '', ...more]: readonly string[]): PinTarget {
  if (value === '' || more.length > 0) throw new Mistake('usage', 'That names nothing to pin.', `Say ${forms}.`);
  if (kind === 'job') return { kind, job: numberOf(value) };
  if (kind === 'pipeline') return { kind, pipeline: numberOf(value) };
  if (kind === 'directory') return { kind, directory: value };
  throw new Mistake('usage', `"${kind}" cannot be pinned.`, `Say ${forms}.`);
}

function numberOf(word: string): number {
  if (/^[1-9]\d{0,15}$/.test(word)) return Number(word);
  throw new Mistake('usage', `"${word}" is no number.`, 'Its page and `signalbox pins` show it.');
}

function instantOf(text: string): string {
  const at = new Date(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T23:59:59.999Z` : text);
  if (!Number.isNaN(at.getTime())) return at.toISOString();
  throw new Mistake('usage', `"${text}" is no date.`, 'Write it as 2027-06-30.');
}

const textOf = ({ kind, job, pipeline, directory }: Pin) => `${kind} ${job ?? pipeline ?? directory}`;
