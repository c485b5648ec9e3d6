// The colours and the link that are open after a text was printed, so that what follows can be shown without reading from the beginning.

/** Of a link that is carried on; a longer one ends where its line does. */
const longestLink = 250;
/** Of a sequence that has not ended; a longer one is none. */
const longestOpen = 300;

/**
 * The codes that bring a terminal into the state in which the text leaves it, when `before` had been printed first: one code for
 * all colours, the open link, and the beginning of a sequence that is not complete. Bytes that stand for characters (latin1) are as good.
 */
export function terminalStateAfter(before: string, text: string): string {
  if (!text.includes(codeBegin) && !open.test(before)) return before;
  const begun = open.exec(before)?.[0] ?? '';
  const all = begun + text;
  const end = all.length - openAtEnd(all);
  const known = before.slice(0, before.length - begun.length);
  const ended = end < all.length ? all.slice(0, end) : all;
  const link = linkAfter(ended) ?? (linkAfter(known) || '');
  return colours(known, ended) + (link && `${linkStart};${link}\x1b\\`) + all.slice(end);
}

const codeBegin = '\x1b';
const linkStart = '\x1b]8;';
const open = /\x1b(?:\[[0-?]*[ -/]*|\][^\x07\x1b\n]*\x1b?)?$/;

/** How many characters at the end may be the beginning of a sequence. */
function openAtEnd(text: string): number {
  const last = text.lastIndexOf(codeBegin);
  if (last < text.length - longestOpen) return 0;
  // What ends as a link does may be the end of one that began before it.
  const from = last === text.length - 1 ? Math.max(0, text.lastIndexOf(codeBegin, last - 1)) : last;
  return open.exec(text.slice(Math.max(from, text.length - longestOpen)))?.[0].length ?? 0;
}

/** `;URL` of the last link that was opened, '' where the last one was closed, undefined where there is none. */
function linkAfter(text: string): string | undefined {
  if (!text.includes(linkStart.slice(1))) return undefined;
  let last = -1;
  for (let at = text.indexOf(linkStart); at >= 0; at = text.indexOf(linkStart, at + 1)) last = at;
  if (last < 0) return undefined;
  linkCode.lastIndex = last;
  const address = linkCode.exec(text)?.[1] ?? '';
  return address.length > longestLink || /[\x00-\x20]/.test(address) ? '' : address;
}

const linkCode = /\x1b\]8;[^;\x07\x1b]*;([^\x07\x1b]*)(?:\x07|\x1b\\)/y;

/** One code for all that is set, in the order of `slotNames`. */
function colours(before: string, text: string): string {
  const slots: string[] = [];
  obey(slots, /^\x1b\[([\d;]*)m/.exec(before)?.[1] ?? '0');
  // One character is sought several times as fast as two.
  for (let at = text.indexOf(codeBegin); at >= 0; at = text.indexOf(codeBegin, at + 1)) {
    if (text.charCodeAt(at + 1) !== bracket) continue;
    // Most are one number of two digits, and some programs print one every ten characters.
    let [place, number] = [at + 2, 0];
    let character = text.charCodeAt(place);
    for (; character >= zero && character <= zero + 9; character = text.charCodeAt(++place)) {
      number = number * 10 + character - zero;
    }
    if (character === letterM) obeyNumber(slots, number);
    else if (character === semicolon || character === colon) {
      colourCode.lastIndex = at;
      const code = colourCode.exec(text)?.[1];
      if (code !== undefined) obey(slots, code);
    }
  }
  const set = slots.filter((slot) => slot);
  return set.length === 0 ? '' : `${codeStart}${set.join(';')}m`;
}

const codeStart = '\x1b[';
const colourCode = /\x1b\[([\d;:]*)m/y;
const [zero, colon, semicolon, bracket, letterM] = [48, 58, 59, 91, 109];

/** What can be set, each apart from the others. */
const slotNames = ['bold', 'dim', 'italic', 'underline', 'blink', 'reverse', 'hidden', 'strike', 'color', 'background'];
const slotOf = (name: string) => slotNames.indexOf(name);
const [colour, background] = [slotOf('color'), slotOf('background')];
/** What each number sets. */
const setting = new Map<number, number>();
for (const [at, number] of [1, 2, 3, 4, 5, 7, 8, 9].entries()) setting.set(number, at);
for (let hue = 0; hue < 8; hue++) {
  for (const first of [30, 90]) setting.set(first + hue, colour);
  for (const first of [40, 100]) setting.set(first + hue, background);
}
/** What each number takes away. */
const taking = new Map(
  Object.entries({
    22: ['bold', 'dim'],
    23: ['italic'],
    24: ['underline'],
    25: ['blink'],
    27: ['reverse'],
    28: ['hidden'],
    29: ['strike'],
    39: ['color'],
    49: ['background'],
  }).map(([number, names]) => [Number(number), names.map(slotOf)] as const),
);

function obeyNumber(slots: string[], number: number): void {
  const sets = setting.get(number);
  if (number === 0) slots.length = 0;
  else if (sets !== undefined) slots[sets] = String(number);
  else for (const taken of taking.get(number) ?? []) slots[taken] = '';
}

function obey(slots: string[], code: string): void {
  const parts = code.split(';');
  for (let at = 0; at < parts.length; at++) {
    const part = parts[at]!;
    const [first = '', ...rest] = part.split(':');
    const number = Number(first);
    if (number === 38 || number === 48) {
      const isSplit = rest.length === 0;
      const given = isSplit ? parts.slice(at + 1, at + 5) : rest;
      const count = given[0] === '5' ? 2 : given[0] === '2' ? 4 : 0;
      // `38:2::1:2:3` names a colour space, mostly none, before the colour.
      const values = isSplit || count === 2 || given.length === 4 ? given.slice(0, count) : ['2', ...given.slice(-3)];
      if (isSplit) at += count;
      if (count > 0 && values.length === count && values.every((value) => /^\d{1,3}$/.test(value))) {
        slots[number === 38 ? colour : background] = [number, ...values].join(';');
      }
    } else if (part === '4:0') slots[slotOf('underline')] = '';
    else obeyNumber(slots, number);
  }
}
