// Strikes secrets out of a stream of bytes, also where they lie across two chunks; everything else passes unchanged.

const stars = Buffer.from('***');
const nothing = Buffer.alloc(0);

/**
 * A mask of one stream. What overlaps is struck out as one. Only bytes that could be the start of a secret are held
 * back: never more than the longest form less one byte.
 */
export class Mask {
  readonly #forms: readonly Form[];
  #carry: Buffer = nothing;
  /** So many bytes of the carry belong to a secret for which the stars are already written. */
  #struck = 0;

  constructor(forms: readonly Form[]) {
    this.#forms = forms;
  }

  push(bytes: Buffer): Buffer {
    if (this.#forms.length === 0) return bytes;
    const text = this.#carry.length > 0 ? Buffer.concat([this.#carry, bytes]) : bytes;
    return this.#settle(text, text.length - heldBack(text, this.#forms));
  }

  end(): Buffer {
    return this.#settle(this.#carry, this.#carry.length);
  }

  /** Gives out what lies before `safe`; no secret can begin there any more without having been found. */
  #settle(text: Buffer, safe: number): Buffer {
    const out: Buffer[] = [];
    let struckTo = this.#struck;
    for (const [start, end] of spansOf(text, this.#forms)) {
      if (start >= safe) break;
      if (start < struckTo) {
        struckTo = Math.max(struckTo, end);
        continue;
      }
      out.push(text.subarray(struckTo, start), stars);
      struckTo = end;
    }
    if (struckTo < safe) out.push(text.subarray(struckTo, safe));
    // A copy: the carry must not keep a large buffer alive.
    this.#carry = Buffer.from(text.subarray(safe));
    this.#struck = Math.max(0, struckTo - safe);
    const [only] = out;
    return out.length === 1 && only ? only : Buffer.concat(out);
  }
}

/** A byte string to look for, with what makes finding its beginnings linear. */
export type Form = { readonly bytes: Buffer; readonly fallback: Int32Array };

export function prepareForms(forms: readonly Buffer[]): Form[] {
  return forms.map((bytes) => ({ bytes, fallback: fallbackOf(bytes) }));
}

/** All places of all forms, by their start. */
function spansOf(text: Buffer, forms: readonly Form[]): [start: number, end: number][] {
  const spans: [number, number][] = [];
  for (const { bytes } of forms) {
    for (let at = text.indexOf(bytes); at >= 0; at = text.indexOf(bytes, at + 1)) spans.push([at, at + bytes.length]);
  }
  return spans.length > 1 ? spans.sort((a, b) => a[0] - b[0]) : spans;
}

/** Length of the longest end of the text that is a true beginning of a form. */
function heldBack(text: Buffer, forms: readonly Form[]): number {
  let longest = 0;
  for (const { bytes, fallback } of forms) {
    let matched = 0;
    for (let at = Math.max(0, text.length - bytes.length + 1); at < text.length; at++) {
      while (matched > 0 && bytes[matched] !== text[at]) matched = fallback[matched - 1]!;
      if (bytes[matched] === text[at]) matched++;
    }
    if (matched > longest) longest = matched;
  }
  return longest;
}

/** The failure table of Knuth, Morris and Pratt. */
function fallbackOf(bytes: Buffer): Int32Array {
  const table = new Int32Array(bytes.length);
  for (let at = 1, matched = 0; at < bytes.length; at++) {
    while (matched > 0 && bytes[matched] !== bytes[at]) matched = table[matched - 1]!;
    if (bytes[matched] === bytes[at]) matched++;
    table[at] = matched;
  }
  return table;
}
