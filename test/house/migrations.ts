// Finds what in a migration a server of the version before could not live with: something taken away, or something demanded.
// It reads the text, so it knows only what stands there: docs/decisions/migrations.md says the rest.
import type { SourceFile } from './tree.ts';

/** One sentence for each statement that is wrong; `version` is the one that these migrations belong to. */
export function wrongMigrations(migrations: readonly SourceFile[], version: string): string[] {
  return migrations.flatMap(({ path, text }) =>
    statementsOf(text).flatMap(({ sql, unusedSince }) => {
      const faults = faultsOf(sql);
      if (faults.length === 0 || (unusedSince && isOlder(unusedSince, version))) return [];
      const early = unusedSince ? `, and ${unusedSince} is not older than this version, ${version}` : '';
      return faults.map((fault) => `${path}: "${shortened(sql)}" ${fault}${early}`);
    }),
  );
}

const contract =
  'Take it away one version after the last that uses it, below "-- contract: unused since VERSION" (docs/decisions/migrations.md)';
const refusals = {
  drop: `takes away what the version before may use. ${contract}`,
  rename: 'renames what the version before knows by its name. Add the new one beside it and write both',
  type: 'changes a type under the version before. Add a column of the new type beside it and write both',
  notNull: `demands what the version before does not give. ${contract}, or give it a default`,
  add: 'adds a column that must be there, which the version before does not fill in. Give it a default, or let it be null',
  dropDefault: `leaves the version before without the default that it relies on. ${contract}`,
};

function faultsOf(sql: string): string[] {
  // `drop function` and all others; an index is fast or slow, not right or wrong.
  if (/^drop (?!index\b)/.test(sql)) return [refusals.drop];
  const altered = /^alter (?!index\b)(\w+|materialized view|foreign table) (?:if exists )?(?:only )?[\w."]+ (.*)$/.exec(
    sql,
  );
  if (!altered) return [];
  return actionsOf(altered[2] ?? '').flatMap((action) => {
    if (/^(rename|set schema)\b/.test(action)) return [refusals.rename];
    if (/^drop (?!constraint\b)/.test(action)) return [refusals.drop];
    if (/^alter (column )?[\w"]+ set not null\b/.test(action)) return [refusals.notNull];
    if (/^alter (column )?[\w"]+ (set data )?type\b/.test(action)) return [refusals.type];
    if (/^alter (column )?[\w"]+ drop default\b/.test(action)) return [refusals.dropDefault];
    return altered[1] === 'table' && demandsValue(action) ? [refusals.add] : [];
  });
}

function demandsValue(action: string): boolean {
  const constraint = /^add (constraint|check|unique|primary key|foreign key|exclude)\b/.test(action);
  const mustBeThere = /\bnot null\b|\bprimary key\b/.test(action);
  const fillsItself = /\bdefault\b(?! null\b)|\bgenerated\b|\b(small|big)?serial\b/.test(action);
  return /^add /.test(action) && !constraint && mustBeThere && !fillsItself;
}

type Statement = { readonly sql: string; readonly unusedSince?: string };

/** In lower case, on one line each; what stands between dollars counts as statements too, for a `do` is run at once. */
function statementsOf(text: string): Statement[] {
  // What is said in a text or a comment is no statement; a comment that marks a contraction stays, as a word of its own.
  const code = text.replace(/'(?:[^']|'')*'|--([^\n]*)|\/\*[\s\S]*?\*\//g, (found, comment?: string) => {
    const mark = /^ contract: unused since (\d+(?:\.\d+)*)\s*$/.exec(comment ?? '');
    if (mark) return ` <${mark[1]}> `;
    return found.startsWith("'") ? "''" : ' ';
  });
  // Every other part stands between dollars.
  const parts = code
    .split(/\$\w*\$/)
    .flatMap((part, at) => part.split(at % 2 === 1 ? /;|\b(?:begin|then|else|loop)\b/i : ';'));
  return parts.flatMap((part) => {
    const [, unusedSince, sql = ''] =
      /^\s*(?:<([\d.]+)>)?([\s\S]*)$/.exec(part.replace(/\s+/g, ' ').toLowerCase()) ?? [];
    return sql.trim() === '' ? [] : [{ sql: sql.trim(), ...(unusedSince && { unusedSince }) }];
  });
}

/** What stands between the commas, but for those in brackets. */
function actionsOf(list: string): string[] {
  const actions = [''];
  let depth = 0;
  for (const letter of list) {
    if (letter === '(') depth += 1;
    if (letter === ')') depth -= 1;
    if (letter === ',' && depth === 0) actions.push('');
    else actions[actions.length - 1] += letter;
  }
  return actions.map((action) => action.trim());
}

function isOlder(one: string, other: string): boolean {
  return one.localeCompare(other, 'en', { numeric: true }) < 0;
}

const shortened = (sql: string) => (sql.length > 80 ? `${sql.slice(0, 79)}…` : sql);
