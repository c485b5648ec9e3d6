// The words in which the sandbox writes down a result, and in which it is read: a flat list of whole numbers.

/** The words of the list. All of it is whole numbers: words, and after them places, counts, and numbers of texts and shapes. */
export const words = {
  /** Followed by the number of an object that was written before, or is being written. */
  again: 0,
  /** Followed by its mark, the number of its shape (which keys), then a value for each key. */
  table: 1,
  /** Followed by the count, then each value. */
  list: 2,
  /** Followed by the number of a text that says it. */
  number: 3,
  yes: 4,
  no: 5,
  nothing: 6,
  /** Followed by the number of a text: what it is, in a word: a function, a Map, NaN. */
  other: 7,
  /** More entries or levels than anything may have. */
  tooMuch: 8,
  /** The value of a key that counts as not there. */
  missing: 9,
  /** From here on: a text, by its number. */
  text: 16,
} as const;

/** Marks: the number of a literal, or one of these. `long` is followed by literal, stack, count, and as many marks. */
export const marks = { none: -1, long: -2 } as const;

/**
 * How a number becomes characters: shifted, so that it is above nought, then in digits of a base, the lowest first, each but
 * the last with the base added. All of them are characters that stand alone in any encoding.
 */
export const digits = { shift: 3, base: 16_384, chunk: 30_000 } as const;
