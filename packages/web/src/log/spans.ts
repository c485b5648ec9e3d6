// A line of a log as spans of text with their colours, by anser, to JSON: pages make text nodes of it and nothing else.
import { terminalStateAfter } from '@signalbox/protocol/browser';
import Anser from 'anser';
import type { Line } from './lines.ts';
import { linkParts } from './links.ts';

export type Span = {
  readonly text: string;
  /** Its first character's place in the line. */
  readonly start: number;
  /** A name of the sixteen colours (`red`, `bright-red`) or `rgb(…)`; null is the page's own colour. */
  readonly color: string | null;
  readonly background: string | null;
  /** bold, dim, italic, underline, strikethrough, hidden. */
  readonly decorations: readonly string[];
  /** Where it leads, if its program made a link of it. */
  readonly href: string | null;
};

export function spansOf(line: Pick<Line, 'text' | 'style'>): Span[] {
  const spans: Span[] = [];
  let [start, style] = [0, ''];
  for (const { text, href } of linkParts(line.style + line.text)) {
    for (const span of colouredSpans(style + text)) {
      if (span.text === '') continue;
      spans.push({ ...span, start, href });
      start += span.text.length;
    }
    style = terminalStateAfter(style, text);
  }
  return spans;
}

type Coloured = Omit<Span, 'start' | 'href'>;

function colouredSpans(text: string): Coloured[] {
  const source = colourCodesOnly(text);
  if (!source.includes(codeStart)) return [{ ...plain, text: printable(source) }];
  const anser = new Anser();
  const [before = '', ...chunks] = source.split(codeStart);
  // Chunk by chunk: of a whole text anser swaps reversed colours for black and white, and shares its lists.
  const coloured = chunks.map((chunk) => spanOf(anser.processChunkJson(chunk, { use_classes: true }, true)));
  return [{ ...plain, text: printable(before) }, ...coloured];
}

const codeStart = '\x1b[';
const plain = { color: null, background: null, decorations: [] };

function spanOf(entry: Anser.AnserJsonEntry): Coloured {
  const color = colorOf(entry.fg, entry.fg_truecolor);
  const background = colorOf(entry.bg, entry.bg_truecolor);
  const decorations = entry.decorations.filter((name) => name !== 'reverse' && name !== 'blink');
  const text = printable(entry.content);
  if (!entry.decorations.includes('reverse')) return { text, color, background, decorations };
  // On a reversed colour the page's own text is readable; on a reversed text it is not.
  return { text, color: background ?? (color ? null : 'page'), background: color ?? 'text', decorations };
}

/** The text alone, for patterns and for the clipboard. */
export function plainOf(text: string): string {
  return printable(colourCodesOnly(text).replace(/\x1b\[[\d;]*m/g, ''));
}

/** Everything that moves a cursor, names a window or draws a link goes; colours stay, in the one form that anser reads. */
function colourCodesOnly(text: string): string {
  if (!text.includes('\x1b')) return text;
  return text
    .replace(/\x1b\][^\x07\x1b]*(?:\x07|\x1b\\|$)/g, '')
    .replace(/\x1b\[[0-?]*[ -/]*[@-~]/g, (code) => (/^\x1b\[[\d;:]*m$/.test(code) ? semicolons(code) : ''))
    .replace(/\x1b\[[0-?]*[ -/]*$/, '')
    .replace(/\x1b(?!\[)[ -/]*[0-~]?/g, '');
}

/** `38:2::255:0:0` and `38:5:196` are the standard's way to write what everybody writes with semicolons. */
function semicolons(code: string): string {
  return code.replace(/([34]8):2::?(\d+):(\d+):(\d+)/g, '$1;2;$2;$3;$4').replaceAll(':', ';');
}

/** Control characters are not for pages; a tab is. Those that turn the order of letters round make a line say what it does not. */
function printable(text: string): string {
  return text.replace(/[\x00-\x08\x0a-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g, '');
}

function colorOf(name: string | null, trueColor: string | null): string | null {
  if (!name) return null;
  if (name === 'ansi-truecolor') return trueColor ? `rgb(${trueColor})` : null;
  const index = /^ansi-palette-(\d+)$/.exec(name)?.[1];
  return index ? paletteColor(Number(index)) : name.replace('ansi-', '');
}

const levels = [0, 95, 135, 175, 215, 255];
const sixteen = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];

/** xterm's 256: the sixteen, a cube of 6 × 6 × 6, then 24 greys. */
function paletteColor(index: number): string | null {
  if (index < 16) return `${index > 7 ? 'bright-' : ''}${sixteen[index % 8]}`;
  if (index > 255) return null;
  if (index >= 232) return rgb(Array(3).fill(8 + (index - 232) * 10));
  const place = index - 16;
  return rgb([Math.floor(place / 36), Math.floor(place / 6) % 6, place % 6].map((level) => levels[level] ?? 0));
}

function rgb(parts: readonly number[]): string {
  return `rgb(${parts.join(', ')})`;
}
