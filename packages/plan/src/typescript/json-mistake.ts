// Where a text stops being JSON, and what should stand there. The engine's own words differ from version to version, and
// many of them name no place.
export type JsonMistake = { readonly offset: number; readonly message: string };

type Wanted = 'value' | 'value-or-end' | 'key' | 'key-or-end' | 'colon' | 'comma-or-end' | 'nothing';

/** Null for JSON. */
export function jsonMistake(text: string): JsonMistake | null {
  const token =
    /[\t\n\r ]*(?:("(?:[^"\\\0-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.])|([[\]{},:]))/y;
  const open: ('[' | '{')[] = [];
  let wanted: Wanted = 'value';
  for (;;) {
    const from = token.lastIndex;
    const match = token.exec(text);
    if (!match) return told(text, from, wanted, open.at(-1));
    const [whole, string, literal, mark] = match;
    const next = after(wanted, mark ?? (string !== undefined ? 'string' : 'literal'), open.at(-1));
    if (next === null)
      return told(text, from + whole.length - (string ?? literal ?? mark ?? '').length, wanted, open.at(-1));
    if (mark === '[' || mark === '{') open.push(mark);
    if (mark === ']' || mark === '}') open.pop();
    wanted = next === 'comma-or-end' && open.length === 0 ? 'nothing' : next;
  }
}

/** What is wanted after this token; null where it cannot stand. */
function after(wanted: Wanted, token: string, open: '[' | '{' | undefined): Wanted | null {
  if (wanted === 'colon') return token === ':' ? 'value' : null;
  if (wanted === 'key' || wanted === 'key-or-end') {
    if (token === 'string') return 'colon';
    return wanted === 'key-or-end' && token === '}' ? 'comma-or-end' : null;
  }
  if (wanted === 'comma-or-end') {
    if (token === ',') return open === '[' ? 'value' : 'key';
    return token === (open === '[' ? ']' : '}') ? 'comma-or-end' : null;
  }
  if (wanted === 'nothing') return null;
  if (token === '[') return 'value-or-end';
  if (token === '{') return 'key-or-end';
  if (token === ']') return wanted === 'value-or-end' ? 'comma-or-end' : null;
  return token === 'string' || token === 'literal' ? 'comma-or-end' : null;
}

function told(text: string, from: number, wanted: Wanted, open: '[' | '{' | undefined): JsonMistake | null {
  const offset = from + (/^[\t\n\r ]*/.exec(text.slice(from, from + 10_000))?.[0].length ?? 0);
  const isEnd = text.slice(offset).trim() === '';
  if (wanted === 'nothing' && isEnd) return null;
  const end = open === '[' ? '`]`' : '`}`';
  const what = {
    value: 'a value is expected here',
    'value-or-end': `a value or ${end} is expected here`,
    key: 'a key in double quotes is expected here',
    'key-or-end': `a key in double quotes or ${end} is expected here`,
    colon: '`:` is expected here',
    'comma-or-end': `\`,\` or ${end} is expected here`,
    nothing: 'nothing more is expected here',
  } satisfies Record<Wanted, string>;
  return { offset: isEnd ? text.length : offset, message: `this is not JSON: ${what[wanted]}` };
}
