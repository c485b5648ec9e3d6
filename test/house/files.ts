// Rules for every committed file: names, first lines, and nothing of the machine on which it was written.
import { extname } from 'node:path/posix';
import type { SourceFile } from './tree.ts';

const emptyNames = /(^|[-./])(utils?|helpers?|common|managers?|misc)([-./]|$)/i;

/** Names that say nothing: each is a drawer that fills. */
export function emptyNamed(files: readonly SourceFile[]): string[] {
  return files.filter(({ path }) => emptyNames.test(path)).map(({ path }) => `${path}: name it after what it does`);
}

const openings: Readonly<Record<string, RegExp>> = {
  '.ts': /^\/[/*]/,
  '.tsx': /^\/[/*]/,
  '.js': /^\/[/*]/,
  '.mjs': /^\/[/*]/,
  '.mts': /^\/[/*]/,
  '.css': /^\/\*/,
  '.sql': /^--/,
};

/** Every source file begins by saying what it is; after the line that names its interpreter, if it has one. */
export function withoutOpening(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, text }) => {
    const opening = openings[extname(path)];
    // A module's style sheet stands beside the component that says it; sample trees are as their owners would write them.
    if (path.endsWith('.module.css') || path.includes('/sample/')) return [];
    if (!opening || opening.test(text.replace(/^#!.*\n/, ''))) return [];
    return [`${path}: begin with a comment that says what it does and why`];
  });
}

/** Places and addresses of one machine, given by whoever asks, and addresses of package registries. */
export function machineTraces(files: readonly SourceFile[], traces: readonly string[]): string[] {
  // Written so that this file does not find itself.
  const registry = new RegExp(`https?:\\/\\/(?:${['registry', 'npm'].join('|')})\\.[a-z]`, 'i');
  return files.flatMap(({ path, text }) => {
    const found = traces.filter((trace) => text.includes(trace));
    const address = registry.exec(text)?.[0];
    if (address) found.push(address);
    return found.map((trace) => `${path}: contains ${trace}`);
  });
}
