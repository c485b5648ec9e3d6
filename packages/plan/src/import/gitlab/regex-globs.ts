// A regular expression over branches as patterns that match the same; null for what patterns cannot say.

/** `^release\/.*$` is `release/**`; `^feature-` is `feature-*` and what lies below. */
export function globsOfRegex(expression: string): string[] | null {
  if (expression.length > 150) return null;
  const isBegun = expression.startsWith('^') || expression.startsWith('\\A');
  const isEnded = /(?<!\\)\$$|\\z$|\\Z$/.test(expression);
  const inside = expression.replace(/^(?:\^|\\A)/, '').replace(/(?<!\\)\$$|\\[zZ]$/, '');
  const alternatives = alternativesOf(inside);
  const globs = alternatives.map(globOf);
  if (globs.some((glob) => glob === null)) return null;
  return globs.flatMap((glob) => surrounded(glob ?? '', isBegun, isEnded));
}

/** `(a|b)\/c` is `a\/c` and `b\/c`. */
function alternativesOf(expression: string): string[] {
  const group = /(?<!\\)\((?:\?:)?([^()]*)\)(?![?*+{])/.exec(expression);
  if (!group) return [expression];
  const [before, after] = [expression.slice(0, group.index), expression.slice(group.index + group[0].length)];
  return (group[1] ?? '')
    .split('|')
    .flatMap((one) => alternativesOf(`${before}${one}${after}`))
    .slice(0, 50);
}

/** Without an anchor, anything may stand there. */
function surrounded(glob: string, isBegun: boolean, isEnded: boolean): string[] {
  const begun = isBegun ? [glob] : [`*${glob}`, `**/*${glob}`];
  if (isEnded) return begun.map(tidy);
  return begun.flatMap((one) => (one.endsWith('/') ? [`${one}**`] : [`${one}*`, `${one}*/**`])).map(tidy);
}

const tidy = (glob: string): string => glob.replace(/\*{3,}/g, '**').replace(/\*\*(?=[^/*])/g, '*');

function globOf(expression: string): string | null {
  let glob = '';
  for (let at = 0; at < expression.length; ) {
    const piece = /^(?:\.[*+]|\\d[*+]?|\\w[*+]?|\[[A-Za-z0-9_.-]+\][*+]?|\\[/.\-_]|\.|[A-Za-z0-9_/-])/.exec(
      expression.slice(at),
    )?.[0];
    if (piece === undefined) return null;
    at += piece.length;
    // A counted letter, or one that may be missing.
    if (/^[?{*+]/.test(expression.slice(at))) return null;
    glob += translated(piece, at === expression.length && glob.endsWith('/'));
  }
  return glob;
}

function translated(piece: string, isLastFolder: boolean): string {
  if (piece === '.*' || piece === '.+') return isLastFolder ? '**' : '*';
  if (piece === '.') return '?';
  if (piece === '\\d') return '[0-9]';
  if (piece.startsWith('\\d')) return '[0-9]*';
  if (piece === '\\w') return '[A-Za-z0-9_]';
  if (piece.startsWith('\\w')) return '[A-Za-z0-9_]*';
  if (piece.startsWith('\\')) return piece.slice(1);
  return piece.startsWith('[') ? piece.replace(/[*+]$/, '*') : piece;
}
