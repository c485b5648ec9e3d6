// The one place where a command writes: text for people or JSON for programs, colours only where they are wanted.
import { stripVTControlCharacters, styleText } from 'node:util';
import { Refused, Unreachable } from '@signalbox/protocol/browser';
import { Mistake } from './mistake.ts';
import type { Terminal } from './terminal.ts';

export type OutputOptions = { readonly json?: boolean; readonly color?: boolean };
export type Style = Parameters<typeof styleText>[0];

export type Output = {
  readonly json: boolean;
  /** A person looks at it now: lines may be drawn over. */
  readonly live: boolean;
  readonly colours: boolean;
  readonly rows: number;
  /** The answer of a command: the value as JSON, or what `text` makes of it. */
  answer(value: unknown, text: () => string | readonly string[]): void;
  /** A line for people; nothing with --json. */
  line(text?: string): void;
  /** Bytes as they are. */
  raw(text: string): void;
  /** A line about the work, on stderr, so that it never mixes with the answer. */
  note(text: string): void;
  /** What went wrong, and what to do. */
  problem(error: unknown): void;
  style(style: Style, text: string): string;
};

export function createOutput(terminal: Terminal, options: OutputOptions = {}): Output {
  const json = options.json ?? false;
  const wanted = options.color !== false && !terminal.env['NO_COLOR'] && terminal.env['TERM'] !== 'dumb';
  const forced = wanted && isOn(terminal.env['FORCE_COLOR'] ?? terminal.env['CLICOLOR_FORCE']);
  const colours = wanted && (forced || terminal.stdout.isTTY === true);
  const errorColours = wanted && (forced || terminal.stderr.isTTY === true);
  const write = (text: string) => void terminal.stdout.write(text);
  const complain = (text: string) => void terminal.stderr.write(`${text}\n`);
  return {
    json,
    live: terminal.stdout.isTTY === true && !json && terminal.env['TERM'] !== 'dumb',
    colours,
    // Some terminals say 0.
    rows: terminal.stdout.rows || 40,
    answer(value, text) {
      if (json) return write(`${JSON.stringify(value, null, 2)}\n`);
      const lines = text();
      write(typeof lines === 'string' ? `${lines}\n` : lines.map((line) => `${line}\n`).join(''));
    },
    line: (text = '') => {
      if (!json) write(`${text}\n`);
    },
    raw: write,
    note: (text) => {
      if (!json) complain(errorColours ? styleText('dim', text) : text);
    },
    problem(error) {
      const told = explain(error);
      if (json) return complain(JSON.stringify({ error: told }));
      complain(`${errorColours ? styleText('red', 'error:') : 'error:'} ${told.what}`);
      if (told.cure) complain(told.cure);
    },
    style: (style, text) => (colours ? styleText(style, text) : text),
  };
}

/** What, and what to do about it: the same for people and programs. */
export function explain(error: unknown): { code: string; what: string; cure: string | null } {
  if (error instanceof Mistake) return { code: error.exit, what: error.message, cure: error.cure ?? null };
  if (error instanceof Refused) return { code: error.code, what: error.message, cure: cureOf(error) };
  if (error instanceof Unreachable) {
    const cure = 'Is it running? Start one with `signalbox start`, or name another with --server or SIGNALBOX_SERVER.';
    return { code: 'unreachable', what: error.message, cure };
  }
  if (error instanceof Error && 'syscall' in error) return { code: 'other', what: error.message, cure: null };
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: 'other', what, cure: 'This is a mistake of Signalbox: please report it with these lines.' };
}

/** Text of others (titles, names) without what would move the cursor or colour the screen. */
export const clean = (text: string): string => stripVTControlCharacters(text).replace(/[\x00-\x1f\x7f-\x9f]+/g, ' ');

/** Columns as wide as what stands in them; the last one is cut where the screen ends. */
export function table(output: Output, heads: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [heads.map((head) => output.style('dim', head)), ...rows];
  const widths = heads.map((_, column) => Math.max(...all.map((row) => width(row[column] ?? ''))));
  return all.map((row) =>
    row
      .map((cell, column) => (column === heads.length - 1 ? cell : cell + ' '.repeat(widths[column]! - width(cell))))
      .join('  ')
      .trimEnd(),
  );
}

const width = (text: string) => stripVTControlCharacters(text).length;
const isOn = (value: string | undefined) => value !== undefined && value !== '' && value !== '0' && value !== 'false';

function cureOf(refused: Refused): string | null {
  if (refused.code === 'not-logged-in') {
    return 'Put a token into SIGNALBOX_TOKEN, or its file into SIGNALBOX_TOKEN_FILE (`signalbox token create` makes one).';
  }
  if (refused.code === 'not-allowed') return 'Ask for a token with that scope (`signalbox token create --scope …`).';
  return null;
}
