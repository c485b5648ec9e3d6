// TypeScript becomes JavaScript of the same length: types turn into spaces, so that every place stays what it was.
import swc from '@swc/wasm-typescript';
import type { Finding } from '../draft.ts';
import { deepestPlace } from './deepest-place.ts';
import { placeOffset, type TreeSource } from './tree-source.ts';

/** `broken`: the stripper ran out of its stack, and must not be used again in this thread. */
export type Stripped =
  | { readonly kind: 'script'; readonly text: string }
  | { readonly kind: 'refused'; readonly finding: Finding; readonly broken: boolean };

export function stripTypes(source: TreeSource): Stripped {
  try {
    const { code } = swc.transformSync(source.text, { mode: 'strip-only', module: true, filename: 'config.ts' });
    if (code.length === source.text.length) return { kind: 'script', text: code };
    return refused({ offset: source.start, rule: 'typescript', message: 'this file cannot be read', hint: null });
  } catch (error) {
    const told = error as { code?: unknown; message?: unknown; startLine?: unknown; startColumn?: unknown };
    if (typeof told.code !== 'string' || typeof told.startLine !== 'number') {
      const message = 'this is nested too deeply to be read';
      return refused({ offset: deepestPlace(source), rule: 'depth', message, hint: null }, true);
    }
    const offset = placeOffset(source, told.startLine, Number(told.startColumn) + 1);
    return refused({ offset, ...described(told.code, String(told.message ?? '')) });
  }
}

const refused = (finding: Finding, broken = false): Stripped => ({ kind: 'refused', finding, broken });

function described(code: string, told: string): Pick<Finding, 'rule' | 'message' | 'hint'> {
  const first = told.split('\n', 1)[0]?.replace(/\.$/, '') ?? '';
  if (code !== 'UnsupportedSyntax') {
    return {
      rule: 'syntax',
      message: `this is not TypeScript: ${first.charAt(0).toLowerCase()}${first.slice(1)}`,
      hint: null,
    };
  }
  const what = /TypeScript (.*) is not supported/.exec(first)?.[1];
  const message = what
    ? `TypeScript's ${what} cannot be used here: types are removed, and nothing else is changed`
    : `this cannot be used here: ${first}`;
  return { rule: 'typescript', message, hint: hintFor(what ?? first) };
}

function hintFor(what: string): string | null {
  if (what.includes('enum')) return "write `const Pool = { linux: 'linux' } as const` instead";
  if (what.includes('namespace') || what.includes('module')) return 'write a file of its own, and import it';
  if (what.includes('parameter property')) return 'declare the field in the class, and set it in the constructor';
  if (what.includes('import equals') || what.includes('export assignment')) return 'write `import … from` and `export`';
  if (what.includes('angle-bracket')) return 'write `value as Type`';
  return null;
}
