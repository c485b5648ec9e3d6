// The environment of a job: of the file, of the cell, of the job itself; and that no secret has a name in it.
import type { Finding } from './draft.ts';
import { quote } from './printable.ts';
import type { Entry, Scalar, Table } from './tree.ts';

export function textsIn(table: Table | undefined): [string, string][] {
  const texts: [string, string][] = [];
  for (const { key, value } of table?.entries.values() ?? []) {
    if (value.kind === 'scalar') texts.push([key, value.text]);
  }
  return texts;
}

export const matrixName = (key: string): string => `MATRIX_${key.toUpperCase().replaceAll('-', '_')}`;

/** Each value of the cell under the name of its key. */
export function matrixEnv(
  values: ReadonlyMap<string, string>,
  matrix: Entry | undefined,
  found: Finding[],
): [string, string][] {
  const names = new Map<string, string>();
  return [...values].map(([key, value]) => {
    const name = matrixName(key);
    const twin = names.get(name);
    if (twin !== undefined && matrix) {
      const message = `the matrix keys ${quote(twin)} and ${quote(key)} would both be \`${name}\` in the environment`;
      found.push({ offset: matrix.keyOffset, rule: 'matrix-env', message, hint: 'rename one of them' });
    }
    names.set(name, key);
    return [name, value];
  });
}

/** As JSON: quotes, colon and comma count, or a thousand empty values would weigh nothing. */
export function sizeOf(env: Readonly<Record<string, string>>): number {
  let characters = 0;
  for (const name in env) characters += name.length + (env[name] ?? '').length + 6;
  return characters;
}

/** Which of the two a step would see must not depend on anything. */
export function refuseBoth(secrets: readonly Scalar[], env: Readonly<Record<string, string>>, found: Finding[]): void {
  for (const { text, offset } of secrets) {
    if (!Object.hasOwn(env, text)) continue;
    const message = `${quote(text)} is a secret of this job and also in its \`env\``;
    found.push({ offset, rule: 'secret-env', message, hint: 'remove one of them' });
  }
}
