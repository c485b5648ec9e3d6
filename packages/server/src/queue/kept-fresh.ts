// What is read again and again and may be a little old: whoever asks gets what was read last, while one reads it anew beside them.
// Nobody waits but the first, and at a time there is one reading, however many ask.

/** Then it is read anew. */
const freshMs = 2000;
/** Older than this it is waited for. */
const oldMs = 60_000;
/** After a change, many of which may come together, where reading is dear. */
const touchedMs = 200;
/** What costs less is waited for after a change. */
const cheapMs = 20;
/** Reading takes at most one part in so many of the time. */
const costPart = 100;

export class KeptFresh<Value> {
  readonly #read: () => Promise<Value>;
  #last: { readonly value: Value; readonly readAt: number; readonly tookMs: number; until: number } | undefined;
  #reading: Promise<Value> | undefined;

  constructor(read: () => Promise<Value>) {
    this.#read = read;
  }

  get last(): Value | undefined {
    return this.#last?.value;
  }

  /** `now` in milliseconds. */
  async at(now: number): Promise<Value> {
    const last = this.#last;
    if (last && now < last.until) return last.value;
    this.#reading ??= this.#readAnew(now);
    if (!last || now > last.readAt + oldMs) return this.#reading;
    // Whoever takes the old one does not hear that reading failed: the next who asks tries again.
    this.#reading.catch(() => undefined);
    return last.value;
  }

  /** It is another thing now: the next who asks waits, and a reading that is under way is not kept. */
  forget(): void {
    this.#last = undefined;
    this.#reading = undefined;
  }

  /** It may have changed a little. */
  touch(): void {
    if (!this.#last || this.#last.tookMs < cheapMs) this.forget();
    else this.#last.until = Math.min(this.#last.until, this.#last.readAt + touchedMs);
  }

  #readAnew(now: number): Promise<Value> {
    const began = performance.now();
    const reading: Promise<Value> = this.#read()
      .then((value) => {
        const tookMs = performance.now() - began;
        const until = now + Math.max(freshMs, tookMs * costPart);
        if (this.#reading === reading) this.#last = { value, readAt: now, tookMs, until };
        return value;
      })
      .finally(() => {
        if (this.#reading === reading) this.#reading = undefined;
      });
    return reading;
  }
}
