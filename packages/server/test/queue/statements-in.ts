// The statements that stand in a source file, as the database gets them: so that a test can say that it has seen them all.
import { readFile } from 'node:fs/promises';

export async function statementsIn(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8');
  const statements: string[] = [];
  for (let at = text.indexOf('sql`'); at >= 0; at = text.indexOf('sql`', at + 1)) {
    statements.push(readTemplate(text, at + 'sql`'.length).text);
  }
  return statements;
}

/** From after its opening backtick. Each value becomes $1, $2 …, as `sql` does it. */
function readTemplate(source: string, from: number): { text: string; end: number } {
  let text = '';
  let values = 0;
  for (let at = from; ; at += 1) {
    if (source[at] === undefined) throw new Error('a template without an end');
    if (source[at] === '`') return { text, end: at };
    if (source.startsWith('${', at)) {
      at = endOfValue(source, at + 2);
      values += 1;
      text += `$${values}`;
    } else text += source[at];
  }
}

/** Where the brace is that closes the value; within it there may be braces, templates and texts. */
function endOfValue(source: string, from: number): number {
  let depth = 0;
  for (let at = from; ; at += 1) {
    const sign = source[at];
    if (sign === undefined) throw new Error('a value without an end');
    if (sign === '`') at = readTemplate(source, at + 1).end;
    else if (sign === "'") at = source.indexOf("'", at + 1);
    else if (sign === '{') depth += 1;
    else if (sign === '}' && depth === 0) return at;
    else if (sign === '}') depth -= 1;
  }
}
