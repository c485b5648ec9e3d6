// Secrets that the repository does not have: their jobs would end errored.
import { nearestHint } from '../nearest.ts';
import { quote } from '../printable.ts';
import { listAt, textsOf } from '../tree.ts';
import type { Lint } from './index.ts';

export const lintSecrets: Lint = ({ cells }, { secrets }, { mistakes }) => {
  if (!secrets) return;
  const told = new Set<string>();
  for (const { spec, template } of cells) {
    for (const [index, name] of spec.secrets.entries()) {
      const key = `${template.name}\n${name}`;
      if (secrets.has(name) || told.has(key)) continue;
      told.add(key);
      const offset = textsOf(listAt(template.table, 'secrets'))[index]?.offset ?? template.entry.keyOffset;
      const message = `the repository has no secret ${quote(name)}`;
      const hint = () => nearestHint(name, secrets) ?? `to give it one: signalbox secret set REPO ${name}`;
      mistakes.push({ offset, rule: 'unknown-secret', message, hint });
    }
  }
};
