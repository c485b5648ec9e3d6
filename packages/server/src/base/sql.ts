// SQL as it stands, with values apart: sql`select … ${value}` becomes text with $1 and a name for the prepared statement.
import { createHash } from 'node:crypto';

export type Statement = { readonly text: string; readonly values: readonly unknown[]; readonly name: string };

const known = new WeakMap<TemplateStringsArray, { text: string; name: string }>();

/** Values become $1, $2 …; the name is made once for each place in the source. Give jsonb as JSON.stringify(x) with ::jsonb. */
export function sql(strings: TemplateStringsArray, ...values: unknown[]): Statement {
  let statement = known.get(strings);
  if (!statement) {
    const text = strings.reduce((before, part, index) => `${before}$${index}${part}`);
    statement = { text, name: createHash('sha256').update(text).digest('base64url').slice(0, 20) };
    known.set(strings, statement);
  }
  return { ...statement, values };
}
