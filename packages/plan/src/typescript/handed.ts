// What the sandbox hands over: one text that becomes lists of texts and numbers, within limits. Nothing in it is trusted.
import { counted, limits } from '../limits.ts';

export type Handed = {
  /** Names of the facts that were asked for. */
  readonly asked: readonly string[];
  /** Stacks as the engine writes them. */
  readonly stacks: readonly string[];
  readonly texts: readonly string[];
  /** Keys of objects, in their order. */
  readonly shapes: readonly (readonly string[])[];
  /** The words of guest.ts. */
  readonly list: Float64Array;
};

export type Opened =
  | { readonly kind: 'handed'; readonly handed: Handed }
  | { readonly kind: 'nonsense' }
  | { readonly kind: 'too-much'; readonly message: string };

export function openHanded(text: string): Opened {
  const read = readJson(text);
  if (!Array.isArray(read)) return { kind: 'nonsense' };
  const [asked, stacks, texts, shapes, list] = read as unknown[];
  if (!areTexts(asked) || !areTexts(stacks) || !areTexts(texts) || !Array.isArray(shapes) || !Array.isArray(list)) {
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
  const numbers = Float64Array.from(list, (word) => (typeof word === 'number' ? word : Number.NaN));
  return { kind: 'handed', handed: { asked, stacks, texts, shapes, list: numbers } };
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
