// Keeps the head and the tail of a text that comes in pieces: what broke stands at the beginning or at the end of it.
export type Excerpt = { readonly add: (piece: string) => void; readonly text: () => string };

export function openExcerpt(most: number): Excerpt {
  const half = Math.floor(most / 2);
  let head = '';
  let tail = '';
  let dropped = 0;
  return {
    add: (piece) => {
      const forHead = piece.slice(0, half - head.length);
      head += forHead;
      tail += piece.slice(forHead.length);
      // Cut only when it has doubled, so that many small pieces do not copy it each time.
      if (tail.length <= 2 * half) return;
      dropped += tail.length - half;
      tail = tail.slice(-half);
    },
    text: () => {
      const left = dropped + Math.max(0, tail.length - half);
      if (left === 0) return head + tail;
      return `${head}\n… ${left} characters left out …\n${tail.slice(-half)}`;
    },
  };
}
