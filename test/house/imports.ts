// Finds what a source file imports: static, for types, for effects, exported on, and dynamic.

export type Import = { readonly name: string; readonly isTypeOnly: boolean };

/** A dynamic import of a computed name is listed as `(computed)`: nobody could say what it reaches. */
export function importsOf(text: string): Import[] {
  const code = withoutComments(text);
  const found: Import[] = [];
  for (const match of code.matchAll(/^(?:import|export)\s+(type\b)?[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/gm)) {
    found.push({ name: match[2] ?? '', isTypeOnly: match[1] !== undefined });
  }
  for (const match of code.matchAll(/^import\s*['"]([^'"]+)['"]/gm)) {
    found.push({ name: match[1] ?? '', isTypeOnly: false });
  }
  for (const match of code.matchAll(/(\btypeof\s+)?(?<![.\w])(?:import|require)\(\s*(['"]([^'"]+)['"])?/g)) {
    found.push({ name: match[3] ?? '(computed)', isTypeOnly: match[1] !== undefined });
  }
  return found;
}

/** Whole-line comments only: enough for a tree that its formatter keeps, and strings with `//` in them stay whole. */
export function withoutComments(text: string): string {
  return text.replaceAll(/^\s*(?:\/\/.*|\/\*(?:.|\n)*?\*\/\s*$)/gm, '');
}
