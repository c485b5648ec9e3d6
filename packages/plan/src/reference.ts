// The tables of docs/configuration.md and the published schema file, made from the schema: nothing is written twice.
import { counted, limits } from './limits.ts';
import { configSchema } from './schema/file.ts';
import { job, matrix, pushTrigger } from './schema/job.ts';
import type { Schema } from './schema/shape.ts';
import { stepTable } from './schema/step.ts';

/** Every key in tables, and every limit, as Markdown. */
export function configReference(): string {
  const sections = [
    ['The file', configSchema],
    ['A job: `jobs.<name>`', job],
    ['A trigger: `jobs.<name>.on.push`', pushTrigger],
    ['A matrix: `jobs.<name>.matrix`', matrix],
    ['A step: `jobs.<name>.steps[]`', stepTable],
  ] as const;
  return [...sections.map(([title, schema]) => `### ${title}\n\n${keysOf(schema)}`), limitsTable()].join('\n\n');
}

/** The text of docs/signalbox.schema.json. */
export const schemaText = (): string => `${JSON.stringify(configSchema, null, 2)}\n`;

function keysOf(schema: Schema): string {
  const keys: [string, Schema][] = Object.entries(schema.properties ?? {});
  for (const [pattern, under] of Object.entries(schema.patternProperties ?? {})) {
    keys.push([`${pattern.replace('^', '')}…`, under]);
  }
  if (typeof schema.additionalProperties === 'object' && schema.additionalProperties.description !== undefined) {
    keys.push(['*any other*', schema.additionalProperties]);
  }
  const rows = keys.map(([key, under]) => [
    key.startsWith('*') ? key : `\`${key}\``,
    under.title,
    schema.required?.includes(key) ? 'required' : defaultOf(under),
    (under.description ?? '') + exampleOf(under),
  ]);
  return table(['key', 'value', 'default', 'meaning'], rows);
}

const defaultOf = ({ default: usual }: Schema): string => (usual === undefined ? '' : `\`${String(usual)}\``);

function exampleOf({ examples }: Schema): string {
  const [first] = examples ?? [];
  if (first === undefined) return '';
  const entries = Array.isArray(first) ? `[${first.map((entry) => quoted(String(entry))).join(', ')}]` : String(first);
  return ` Example: \`${entries}\`.`;
}

const quoted = (text: string): string => (/^[a-z]/.test(text) && !/[{*]/.test(text) ? text : `'${text}'`);

function limitsTable(): string {
  const rows = Object.values(limits).map(({ most, sentence }) => [counted(most), sentence]);
  return `### Limits\n\n${table(['most', 'of what'], rows)}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
