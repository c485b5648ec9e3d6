// Patterns of other tools as patterns of `branches` and `if-changed`; what means something else, or nothing, is a gap.
import { limits } from '../limits.ts';
import { quote } from '../printable.ts';
import { patternOf } from '../schema/fits.ts';
import { glob } from '../schema/texts.ts';
import type { Scalar } from '../tree.ts';
import { type Gap, gapAt } from './gap.ts';
import type { Sources } from './sources.ts';

type How = {
  readonly sources: Sources;
  readonly gaps: Gap[];
  /** What matches is taken away. */
  readonly isIgnored?: boolean;
  /** `?` is one letter and `+` is itself, as everywhere but at GitHub. */
  readonly isUsual?: boolean;
};

export function translateGlobs(
  texts: readonly Scalar[],
  { sources, gaps, isIgnored = false, isUsual = false }: How,
): string[] {
  const found = new Set<string>();
  let hasNegative = false;
  for (const text of texts.slice(0, limits.list.most)) {
    const translated = translateGlob(text.text, isUsual);
    if (translated === null) {
      gaps.push(gapAt(sources, text, `the pattern ${quote(text.text)}`, 'It cannot be written here, and is left out.'));
      continue;
    }
    if (translated.isOther) {
      const instead = `\`?\` and \`+\` say how often a letter comes there; here it is ${quote(translated.pattern)}, which takes more.`;
      gaps.push(gapAt(sources, text, `the pattern ${quote(text.text)}`, instead));
    }
    const isNegative = translated.pattern.startsWith('!');
    if (hasNegative && !isNegative) {
      const instead = 'The order of patterns says nothing here: those with ! always win.';
      gaps.push(gapAt(sources, text, `the pattern ${quote(text.text)} after one with !`, instead));
    }
    hasNegative ||= isNegative;
    found.add(isIgnored && !isNegative ? `!${translated.pattern}` : translated.pattern);
  }
  return [...found];
}

type Translated = { readonly pattern: string; readonly isOther: boolean };

/** GitHub's: `?` and `+` after a letter or a set say how often it comes. */
function translateGlob(text: string, isUsual: boolean): Translated | null {
  // Expressions and variables have no meaning there.
  if (text.includes('${{') || (isUsual && /\$[A-Za-z_{]/.test(text))) return null;
  const plain = text.replace(/^(!?)(?:\.?\/)+/, '$1').replace(/\\(.)/g, '$1');
  const counted = isUsual
    ? plain
    : plain.replace(/(\[[^\]]*\]|[^*/])[?+]/g, (whole, one: string) => {
        return whole.endsWith('+') && one.startsWith('[') ? `${one}*` : '*';
      });
  const pattern = starsOverSlashes(counted.replace(/\*{3,}/g, '**').replace(/\/$/, '/**'));
  return isGlob(pattern) ? { pattern, isOther: counted !== plain } : null;
}

/** Two stars within a name go over slashes there, not here: `**.md` is `**\/*.md`, `v1**` is `{v1*,v1*\/**}`. */
function starsOverSlashes(pattern: string): string {
  const begun = pattern.replace(/(^!?|\/)\*\*(?=[^/*])/g, '$1**/*');
  const match = /^(!?)(.*[^/!*])\*\*$/.exec(begun);
  return match && !/[{},]/.test(begun) ? `${match[1]}{${match[2]}*,${match[2]}*/**}` : begun;
}

export const isGlob = (pattern: string): boolean =>
  pattern.length <= limits.globCharacters.most && patternOf(glob.pattern ?? '').test(pattern);
