// Values of a matrix that stand in a file of the tree: a list of locales, the keys of a manifest.
import type { Draft, Finding } from './draft.ts';
import { counted, limits } from './limits.ts';
import { parseValue } from './parse-yaml.ts';
import { listed, quote } from './printable.ts';
import type { SourceFile } from './source.ts';
import { type Scalar, type Table, textAt, textsOf, type Value, valueAt } from './tree.ts';

/** Texts of files of the tree by path; null for what is not there. */
export type DataFiles = ReadonlyMap<string, string | null>;

/** Values of a dimension. `wanted`: nobody has read the file yet. Null when it holds none; the reason is in `found`. */
export type DataReader = (asked: Table, found: Finding[]) => readonly Scalar[] | 'wanted' | null;

export function createDataReader(draft: Draft, wanted: Set<string>): DataReader {
  const files = new Map(draft.source.files.slice(draft.configFiles).map((file) => [file.file, file]));
  const parsed = new Map<string, Value | null>();
  const read = (path: string, file: SourceFile, found: Finding[]): Value | null => {
    const known = parsed.get(path);
    if (known !== undefined) return known;
    const value = isStructured(path) ? parseValue(draft.source, file, found) : linesOf(draft, file);
    parsed.set(path, value);
    return value;
  };
  return (asked, found) => {
    const named = valueAt(asked, 'file');
    const path = textAt(asked, 'file');
    if (!named || path === undefined) return null;
    const tell = (message: string, hint: string | null): null => {
      found.push({ offset: named.offset, rule: 'matrix-file', message, hint });
      return null;
    };
    const file = files.get(path);
    if (!file) {
      if (draft.data.has(path)) return tell(`there is no file ${quote(path)} in the tree`, 'it is named from the top');
      wanted.add(path);
      return 'wanted';
    }
    const whole = read(path, file, found);
    if (whole === null) return null;
    const value = at(whole, textAt(asked, 'key'), tell);
    return value && valuesOf(value, path, tell);
  };
}

const isStructured = (path: string): boolean => /\.(json|ya?ml)$/i.test(path);

type Tell = (message: string, hint: string | null) => null;

/** `build.locales`: each word a key of the mapping before it. */
function at(whole: Value, key: string | undefined, tell: Tell): Value | null {
  let value: Value = whole;
  for (const word of key === undefined ? [] : key.split('.')) {
    const next: Value | undefined = value.kind === 'table' ? valueAt(value, word) : undefined;
    if (!next) {
      const keys = value.kind === 'table' ? `there are ${listed([...value.entries.keys()])}` : 'there are no keys';
      return tell(`the file has no ${quote(word)} to go into`, keys);
    }
    value = next;
  }
  return value;
}

function valuesOf(value: Value, path: string, tell: Tell): readonly Scalar[] | null {
  const values = value.kind === 'list' ? textsOf(value) : value.kind === 'table' ? keysOf(value) : [];
  const isWhole = value.kind === 'table' || (value.kind === 'list' && values.length === value.items.length);
  if (!isWhole) return tell(`${quote(path)} holds no list of words there`, 'name a list, or a mapping for its keys');
  if (values.length === 0) return tell(`${quote(path)} holds nothing there`, null);
  if (values.length > limits.matrixFile.most) {
    return tell(
      `${quote(path)} holds ${counted(values.length)} values; ${counted(limits.matrixFile.most)} are the limit`,
      null,
    );
  }
  const wrong = values.find(({ text }) => !/^[^\u0000-\u001f\u007f]{1,100}$/.test(text) || text.includes('${{'));
  return wrong
    ? tell(`${quote(wrong.text)} in ${quote(path)} cannot be a value`, 'a value has 1 to 100 characters')
    : values;
}

/** Each line that says something; # begins a comment. */
function linesOf({ source }: Draft, file: SourceFile): Value {
  const items = file.lineStarts.flatMap((start, index) => {
    const line = source.text.slice(start, (file.lineStarts[index + 1] ?? file.end + 1) - 1);
    const text = line.replace(/(^|\s)#.*/, '').trim();
    return text === '' ? [] : [word(text, start + line.indexOf(text))];
  });
  return { kind: 'list', offset: file.start, end: file.end, hasHoles: false, items };
}

const keysOf = ({ entries }: Table): Scalar[] =>
  [...entries.values()].map(({ key, keyOffset }) => word(key, keyOffset));

const word = (text: string, offset: number): Scalar => ({
  kind: 'scalar',
  type: 'text',
  text,
  value: text,
  holes: [],
  hasHoles: false,
  offset,
  end: offset + text.length,
});
