// What the sandbox hands over: texts that become lists of texts and numbers, within limits. Nothing in it is trusted.
import { counted, limits } from '../limits.ts';
import { digits } from './words.ts';

export type Handed = {
  /** Names of the facts that were asked for. */
  readonly asked: readonly string[];
  /** Stacks as the engine writes them. */
  readonly stacks: readonly string[];
  readonly texts: readonly string[];
  /** Keys of objects, in their order. */
  readonly shapes: readonly (readonly string[])[];
  /** The words of guest.ts. */
  readonly list: Int32Array;
};

export type Opened =
  | { readonly kind: 'handed'; readonly handed: Handed }
  | { readonly kind: 'nonsense' }
  | { readonly kind: 'too-much'; readonly message: string };

export function openHanded(text: string, chunks: readonly string[]): Opened {
  const read = readJson(text);
  if (!Array.isArray(read)) return { kind: 'nonsense' };
  const [asked, stacks, texts, shapes] = read as unknown[];
  const list = numbersOf(chunks);
  if (!areTexts(asked) || !areTexts(stacks) || !areTexts(texts) || !Array.isArray(shapes) || !list) {
    return { kind: 'nonsense' };
  }
  let keys = list.length;
  let characters = 0;
  for (const shape of shapes) {
    if (!areTexts(shape)) return { kind: 'nonsense' };
    keys += shape.length;
  }
  for (const each of texts) characters += each.length;
  if (keys > limits.sandboxList.most) {
    const most = counted(limits.sandboxList.most);
    return { kind: 'too-much', message: `the configuration hands over more than ${most} keys and values` };
  }
  if (characters > limits.planCharacters.most) {
    const most = counted(limits.planCharacters.most);
    return { kind: 'too-much', message: `the texts of the configuration have more than ${most} characters` };
  }
  return { kind: 'handed', handed: { asked, stacks, texts, shapes, list } };
}

/** Null for what no list of numbers becomes. */
function numbersOf(chunks: readonly string[]): Int32Array | null {
  let characters = 0;
  for (const { length } of chunks) characters += length;
  const numbers = new Int32Array(characters);
  let count = 0;
  let number = 0;
  let scale = 1;
  for (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += 1) {
      const digit = chunk.charCodeAt(at);
      number += (digit % digits.base) * scale;
      if (digit >= digits.base) {
        scale *= digits.base;
        if (scale > 2 ** 28) return null;
        continue;
      }
      if (number > 2 ** 31) return null;
      numbers[count] = number - digits.shift;
      count += 1;
      number = 0;
      scale = 1;
    }
  }
  return numbers.slice(0, count);
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // Too deep for the parser is no JSON of ours either.
    if (error instanceof SyntaxError || error instanceof RangeError) return null;
    throw error;
  }
}

const areTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string');
