// Data of the tree as modules: JSON and text, read before anything runs. The values of JSON know their places too.
import type { Finding } from '../draft.ts';
import { jsonMistake } from './json-mistake.ts';
import { type Literal, type Marked, type MarkNames, markPlaces } from './mark-places.ts';
import type { TreeSource } from './tree-source.ts';

/** `export default ` and the JSON itself: valid JavaScript, but for one key. */
const ahead = 'export default ';

export function jsonModule(source: TreeSource, names: MarkNames, literals: Literal[]): Marked {
  const mistake = jsonMistake(source.text);
  if (mistake) {
    const finding = { offset: source.start + mistake.offset, rule: 'json', message: mistake.message, hint: null };
    return { kind: 'refused', findings: [finding] };
  }
  const before = literals.length;
  const marked = markPlaces(source, `${ahead}(${source.text}\n)`, names, literals, ahead.length + 1);
  if (marked.kind === 'refused') return marked;
  const findings = literals.slice(before).flatMap((literal) => protoKey(literal));
  return findings.length > 0 ? { kind: 'refused', findings } : marked;
}

/** In JavaScript it would not be a key but a prototype. */
function protoKey({ keys }: Literal): Finding[] {
  const key = keys.get('__proto__');
  if (!key) return [];
  const message = '`__proto__` cannot be a key';
  return [{ offset: key.keyOffset, rule: 'key', message, hint: 'take another name' }];
}

/** A script whose text is made here: a place in it means the beginning of the file. */
export function textModule({ text, start }: TreeSource): Marked {
  return {
    kind: 'marked',
    script: {
      text: `export default ${JSON.stringify(text)};`,
      imports: [],
      offsetAt: () => start,
      entryOffset: start,
    },
  };
}
