// The configuration as it is once templates are applied and anchors written out: flat YAML, itself a configuration.
import { stringify } from 'yaml';
import type { Draft } from '../draft.ts';
import { jsonOf } from '../origin/json-of.ts';
import { schemasAt, schemasUnder } from '../origin/known-fields.ts';
import { printable } from '../printable.ts';
import { placeOf } from '../source.ts';
import { type Entry, tableAt } from '../tree.ts';

export function flatYaml({ tree, source }: Draft): string {
  const parts: string[] = [];
  for (const [key, { value }] of tree?.entries ?? []) {
    if (key === 'jobs' || key === 'templates' || key.startsWith('x-')) continue;
    parts.push(yamlOf({ [key]: jsonOf(value, schemasAt('file', [key])) }));
  }
  const jobs = (tree && tableAt(tree, 'jobs')?.entries) ?? new Map<string, Entry>();
  const texts = [...jobs.values()].map(({ key, keyOffset, value }) => {
    const { file, line } = placeOf(source, keyOffset);
    const schemas = schemasUnder(schemasAt('file', ['jobs']), key);
    const entries =
      value.kind === 'table' ? [...value.entries.values()].filter((entry) => entry.key !== 'template') : null;
    const flat = entries
      ? Object.fromEntries(entries.map((entry) => [entry.key, jsonOf(entry.value, schemasUnder(schemas, entry.key))]))
      : jsonOf(value, schemas);
    // Each by itself: in one object, names that are numbers would come first.
    return `# ${printable(file)}:${line}\n${yamlOf({ [key]: flat })}`;
  });
  return `${parts.join('')}jobs:\n${texts.map(indented).join('\n')}`;
}

const yamlOf = (value: unknown): string =>
  stringify(value, { version: '1.2', lineWidth: 0, aliasDuplicateObjects: false });

const indented = (text: string): string => text.replace(/^(?=.)/gm, '  ');
