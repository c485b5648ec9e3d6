// Stage 2: the tree is held against the schema, and the keys under `jobs:` become templates.
import { createCheck } from './check-value.ts';
import type { Draft, Finding, Template } from './draft.ts';
import { eachHoledText, malformed } from './expressions.ts';
import { configSchema } from './schema/file.ts';
import { templateName } from './schema/texts.ts';
import { tableAt, type Value, valueAt } from './tree.ts';

export function check(draft: Draft): Draft {
  const { tree } = draft;
  if (!tree) return draft;
  const found: Finding[] = [];
  createCheck(found)(tree, configSchema, { name: 'the file', offset: tree.offset });
  const templates: Template[] = [];
  const unknownTemplates = new Set<string>();
  const isName = new RegExp(templateName.pattern ?? '', 'u');
  for (const [name, entry] of tableAt(tree, 'jobs')?.entries ?? []) {
    if (entry.value.kind === 'table' && isName.test(name)) templates.push({ name, entry, table: entry.value });
    else unknownTemplates.add(name);
  }
  const seen = new Set<Value>();
  for (const { table } of templates) {
    eachHoledText(table, (text) => found.push(...malformed(draft.source, text)), seen);
  }
  const env = valueAt(tree, 'env');
  if (env) {
    eachHoledText(env, ({ offset }) => {
      const hint = 'the `env` of the file is for all jobs; move it to the job that has the matrix';
      found.push({ offset, rule: 'expression', message: 'an expression has no meaning outside of a job', hint });
    });
  }
  return { ...draft, mistakes: [...draft.mistakes, ...found], templates, unknownTemplates };
}
