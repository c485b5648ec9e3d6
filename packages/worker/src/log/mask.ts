// Strikes secrets out of a stream of bytes, also where they lie across two chunks; everything else passes unchanged.
import type { FormSearch } from './form-search.ts';

const stars = Buffer.from('***');
const nothing = Buffer.alloc(0);

/**
 * A mask of one stream. What overlaps is struck out as one. Only bytes that could be the start of a secret are held
 * back: never more than the longest form less one byte.
 */
export class Mask {
  readonly #search: FormSearch;
  #carry: Buffer = nothing;
  /** So many bytes of the carry belong to a secret for which the stars are already written. */
  #struck = 0;

  constructor(search: FormSearch) {
    this.#search = search;
  }

  /** Of what came last, so many bytes have not come out. */
  get heldBytes(): number {
    return this.#carry.length;
  }

  push(bytes: Buffer): Buffer {
    if (this.#search.isEmpty) return bytes;
    const text = this.#carry.length > 0 ? Buffer.concat([this.#carry, bytes]) : bytes;
    return this.#settle(text, text.length - this.#search.beginningAtEnd(text));
  }

  end(): Buffer {
    return this.#settle(this.#carry, this.#carry.length);
  }

  /** Gives out what lies before `safe`; no secret can begin there any more without having been found. */
  #settle(text: Buffer, safe: number): Buffer {
    const out: Buffer[] = [];
    let struckTo = this.#struck;
    for (const [start, end] of this.#search.spansOf(text)) {
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
