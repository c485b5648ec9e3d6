// Where in a shell script the next letter stands: within quotes or not. A variable is written differently in each place.

export type Quotes = {
  /** Goes on over a piece of the script. */
  readonly read: (piece: string) => void;
  readonly at: () => 'bare' | 'double' | 'single' | 'document' | 'fixed-document';
};

/** Of `sh` and its kin. `fixed-document`: a here-document in which no variable is filled in. */
export function createQuotes(): Quotes {
  let state: 'bare' | 'double' | 'single' | 'comment' = 'bare';
  let last = '\n';
  /** Here-documents whose lines come next, and the one whose lines are read. */
  let announced: Marker[] = [];
  let inside: Marker | null = null;
  let line = '';

  const endOfLine = (): void => {
    if (inside && (inside.mayIndent ? line.replace(/^\t+/, '') : line) === inside.word) inside = null;
    if (!inside && announced.length > 0) [inside = null, ...announced] = announced;
    line = '';
  };

  const step = (piece: string, at: number): number => {
    const letter = piece.charAt(at);
    if (letter === '\n') {
      if (state === 'comment') state = 'bare';
      if (state === 'bare') endOfLine();
      return 1;
    }
    if (inside) {
      line += letter;
      return 1;
    }
    if (state === 'comment') return 1;
    if (state === 'single') {
      if (letter === "'") state = 'bare';
      return 1;
    }
    if (letter === '\\') return 2;
    if (letter === '"') state = state === 'double' ? 'bare' : 'double';
    if (state === 'double') return 1;
    if (letter === "'") state = 'single';
    if (letter === '#' && /\s/.test(last)) state = 'comment';
    const marker = letter === '<' ? markerAt(piece.slice(at, at + 100)) : null;
    if (!marker) return 1;
    announced.push(marker.marker);
    return marker.length;
  };

  return {
    read(piece) {
      for (let at = 0; at < piece.length; ) {
        const length = step(piece, at);
        at += length;
        last = piece.charAt(at - 1) || last;
      }
    },
    at() {
      if (inside) return inside.isFixed ? 'fixed-document' : 'document';
      return state === 'comment' ? 'bare' : state;
    },
  };
}

type Marker = { readonly word: string; readonly isFixed: boolean; readonly mayIndent: boolean };

function markerAt(text: string): { readonly marker: Marker; readonly length: number } | null {
  const match = /^<<(-?)[ \t]*(?:'([^']+)'|"([^"]+)"|\\?([A-Za-z_][A-Za-z0-9_]*))/.exec(text);
  if (!match) return null;
  const [whole, dash, single, double, plain] = match;
  const isFixed = plain === undefined || whole.includes('\\');
  return {
    marker: { word: single ?? double ?? plain ?? '', isFixed, mayIndent: dash === '-' },
    length: whole.length,
  };
}

/** A variable as it is written there; null where it cannot be. `following` is what comes right after. */
export function variableIn(place: ReturnType<Quotes['at']>, name: string, following: string): string | null {
  const plain = /^[A-Za-z0-9_]/.test(following) ? `\${${name}}` : `$${name}`;
  if (place === 'bare') return `"$${name}"`;
  if (place === 'single') return `'"$${name}"'`;
  return place === 'fixed-document' ? null : plain;
}
