// Paths of artifacts as patterns: other tools take a folder for all that is in it.
import { isGlob } from './globs.ts';

/** Null when it is outside of the checkout, or no pattern that is allowed here. */
export function directoryPatterns(path: string): string[] | null {
  const isNegative = path.startsWith('!');
  const plain = path.slice(isNegative ? 1 : 0).replace(/^(?:\.\/)+/, '');
  if (plain === '.' || plain === '') return isNegative ? null : ['**'];
  if (/^[~/$]|^[A-Za-z]:[\\/]/.test(plain) || plain.includes('\\'))
    return plain.startsWith('${{') ? fitting([plain]) : null;
  const folder = plain.endsWith('/') ? `${plain}**` : null;
  // Without an ending or a star it may be a file or a folder.
  const last = plain.split('/').at(-1) ?? '';
  const isEither = !/[*?{[]|.\./.test(last);
  const patterns = folder ? [folder] : isEither ? [plain, `${plain}/**`] : [plain];
  return fitting(patterns.map((pattern) => (isNegative ? `!${pattern}` : pattern)));
}

const fitting = (patterns: string[]): string[] | null => (patterns.every(isGlob) ? patterns : null);
