// Where a text is nested most deeply, roughly: what runs out of stack says nothing of where it was.
import type { Finding } from '../draft.ts';
import { counted, limits } from '../limits.ts';
import type { TreeSource } from './tree-source.ts';

/** A parser of another language than ours is not asked to find out where its stack ends. */
export function refuseDepth(source: TreeSource): Finding[] {
  const { depth, offset } = deepest(source);
  if (depth <= limits.brackets.most) return [];
  const message = `brackets lie more than ${counted(limits.brackets.most)} deep in each other`;
  return [{ offset, rule: 'depth', message, hint: null }];
}

export const deepestPlace = (source: TreeSource): number => deepest(source).offset;

function deepest({ text, start }: TreeSource): { readonly depth: number; readonly offset: number } {
  let depth = 0;
  let most = 0;
  let at = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === 40 || code === 91 || code === 123) depth += 1;
    else if ((code === 41 || code === 93 || code === 125) && depth > 0) depth -= 1;
    if (depth > most) {
      most = depth;
      at = index;
    }
  }
  return { depth: most, offset: start + at };
}
