// Holds every statement that writes against the room that owns the table, as ARCHITECTURE.md says.
import { withoutComments } from './imports.ts';
import { type SourceFile, tableUnder } from './tree.ts';

export type Owners = ReadonlyMap<string, string>;

export function readOwners(page: string): Owners {
  const owners = new Map<string, string>();
  for (const [room, tables] of tableUnder('Who writes which table', page)) {
    for (const table of (tables ?? '').split(',')) owners.set(table.trim(), room ?? '');
  }
  return owners;
}

/** One sentence for each statement that writes a table of another room. */
export function wrongWrites(sources: readonly SourceFile[], owners: Owners): string[] {
  return sources.flatMap(({ path, text }) => {
    const room = /^packages\/server\/src\/([^/]+)\//.exec(path)?.[1] ?? 'the entry';
    return writesOf(text).flatMap((table) => {
      const owner = owners.get(table);
      if (owner === room) return [];
      if (owner === undefined) return [`${path} writes ${table}, which no room owns`];
      return [`${path} writes ${table}, which only ${owner} may`];
    });
  });
}

/** One sentence for each table without an owner, and for each owned table that the migrations do not make. */
export function unownedTables(migrations: readonly SourceFile[], owners: Owners): string[] {
  const made = new Set<string>();
  for (const { text } of migrations) {
    for (const [, table] of text.matchAll(/\bcreate\s+(?:unlogged\s+)?table\s+(?:if not exists\s+)?"?(\w+)/gi)) {
      made.add(table as string);
    }
    for (const [, table] of text.matchAll(/\bdrop\s+table\s+(?:if exists\s+)?"?(\w+)/gi)) made.delete(table as string);
    for (const [, before, after] of text.matchAll(/\balter\s+table\s+"?(\w+)"?\s+rename\s+to\s+"?(\w+)/gi)) {
      made.delete(before as string);
      made.add(after as string);
    }
  }
  return [
    ...[...made].filter((table) => !owners.has(table)).map((table) => `${table} is made, but no room owns it`),
    ...[...owners.keys()].filter((table) => !made.has(table)).map((table) => `${table} is owned, but never made`),
  ];
}

function writesOf(text: string): string[] {
  const code = withoutComments(text);
  const name = '(?:only\\s+)?"?([a-z_][\\w.]*|\\$\\{[^}]*\\})';
  const found: string[] = [];
  for (const statement of [
    `\\binsert\\s+into\\s+${name}`,
    `\\bdelete\\s+from\\s+${name}`,
    `\\bmerge\\s+into\\s+${name}`,
    `\\btruncate\\s+(?:table\\s+)?${name}`,
    `\\bcopy\\s+${name}[^;\`]*?\\sfrom\\s+stdin`,
    // `do update set` and `for update` write no other table than their statement's.
    `(?<!\\bdo\\s+)(?<!\\bfor\\s+)(?<!\\bno key\\s+)\\bupdate\\s+${name}"?(?:\\s+as\\s+\\w+|\\s+(?!set\\b)\\w+)?\\s+set\\b`,
  ]) {
    for (const match of code.matchAll(new RegExp(statement, 'gi'))) {
      found.push(match[1]?.startsWith('${') ? '(a computed name)' : (match[1] ?? ''));
    }
  }
  return found;
}
