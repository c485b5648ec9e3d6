// The tables of docs/configuration.md and the published schema file, made from the schema: nothing is written twice.
import { counted, limits } from './limits.ts';
import { configSchema } from './schema/file.ts';
import { gateTable } from './schema/gate.ts';
import { jobTable } from './schema/job.ts';
import { fromFile, matrix } from './schema/matrix.ts';
import { needTable } from './schema/need.ts';
import type { Schema } from './schema/shape.ts';
import { stepTable } from './schema/step.ts';
import { pushTrigger } from './schema/trigger.ts';
import { when } from './schema/when.ts';

/** Every key in tables, and every limit, as Markdown. */
export function configReference(): string {
  const sections = [
    ['The file', keysOf(configSchema)],
    ['A job: `jobs.<name>`', keysOf(jobTable)],
    ['A gate: `jobs.<name>`', gateKeys()],
    ['A trigger: `jobs.<name>.on.push`', keysOf(pushTrigger)],
    ['Conditions: `jobs.<name>.when`', keysOf(when)],
    ['A need with more to say: `jobs.<name>.needs[]`', keysOf(needTable)],
    ['A matrix: `jobs.<name>.matrix`', keysOf(matrix)],
    ['Values from a file: `jobs.<name>.matrix.<key>`', keysOf(fromFile)],
    ['A step: `jobs.<name>.steps[]`', keysOf(stepTable)],
    ['Limits', limitsTable()],
  ] as const;
  return sections.map(([title, text]) => `### ${title}\n\n${text}`).join('\n\n');
}

/** A page with the tables in it anew, between its two marks. */
export function withReference(page: string): string {
  const from = page.indexOf(begin) + begin.length;
  const to = page.indexOf(end);
  return to < from ? page : `${page.slice(0, from)}\n\n${configReference()}\n\n${page.slice(to)}`;
}

const begin = '<!-- reference: made from the schema by `npm run generate` -->';
const end = '<!-- end of the reference -->';

/** The text of docs/signalbox.schema.json. */
export const schemaText = (): string => `${JSON.stringify(configSchema, null, 2)}\n`;

function keysOf(schema: Schema): string {
  const keys: [string, Schema][] = Object.entries(schema.properties ?? {});
  for (const [pattern, under] of Object.entries(schema.patternProperties ?? {})) {
    keys.push([`${pattern.replace('^', '')}…`, under]);
  }
  if (typeof schema.additionalProperties === 'object' && schema.additionalProperties.description !== undefined) {
    keys.push(['_any other_', schema.additionalProperties]);
  }
  const rows = keys.map(([key, under]) => [
    key.startsWith('_') ? key : `\`${key}\``,
    under.title,
    schema.required?.includes(key) ? 'required' : defaultOf(under),
    (under.description ?? '') + exampleOf(under),
  ]);
  return table(['key', 'value', 'default', 'meaning'], rows);
}

/** What a gate has of a job is not told twice. */
function gateKeys(): string {
  const { gate, ...shared } = gateTable.properties ?? {};
  const own: Schema = { ...gateTable, properties: gate ? { gate } : {} };
  const keys = Object.keys(shared).map((key) => `\`${key}\``);
  return `${keysOf(own)}\n\nBeside it a gate may have ${keys.join(', ')}, as a job has them, and nothing else.`;
}

const defaultOf = ({ default: usual }: Schema): string => (usual === undefined ? '' : `\`${String(usual)}\``);

function exampleOf({ examples }: Schema): string {
  const [first] = examples ?? [];
  if (first === undefined) return '';
  const entries = Array.isArray(first) ? `[${first.map(entryOf).join(', ')}]` : String(first);
  return ` Example: \`${entries}\`.`;
}

const entryOf = (entry: unknown): string =>
  typeof entry === 'object' && entry !== null
    ? `{ ${Object.entries(entry)
        .map(([key, value]) => `${key}: ${quoted(String(value))}`)
        .join(', ')} }`
    : quoted(String(entry));

const quoted = (text: string): string => (/^[a-z]/.test(text) && !/[{*]/.test(text) ? text : `'${text}'`);

function limitsTable(): string {
  const rows = Object.values(limits).map(({ most, sentence }) => [counted(most), sentence]);
  return table(['most', 'of what'], rows);
}

/** Columns are filled up, as the formatter of the repository wants them. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ...rows].map((cells) => cells.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = head.map((_, column) => Math.max(3, ...lines.map((cells) => cells[column]?.length ?? 0)));
  const line = (cells: readonly string[], fill: string) =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width, fill)).join(' | ')} |`;
  const [first = [], ...rest] = lines;
  return [line(first, ' '), line([], '-'), ...rest.map((cells) => line(cells, ' '))].join('\n');
}
