// Chance that can be repeated: the same seed gives the same numbers, on every machine.

/** mulberry32. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0, below 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    return mixed(this.#state);
  }

  /** A whole number from `least` to `most`. */
  whole(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  chance(of: number): boolean {
    return this.next() < of;
  }

  one<Item>(items: readonly Item[]): Item {
    return items[this.whole(0, items.length - 1)]!;
  }
}

/** A number from 0, below 1, that depends on nothing but these: what is left out of a load changes no other chance. */
export function chanceOf(seed: number, first: number, second: number): number {
  return mixed((seed + Math.imul(first, 0x9e3779b1) + Math.imul(second, 0x85ebca6b)) >>> 0);
}

function mixed(state: number): number {
  let mix = Math.imul(state ^ (state >>> 15), state | 1);
  mix ^= mix + Math.imul(mix ^ (mix >>> 7), mix | 61);
  return ((mix ^ (mix >>> 14)) >>> 0) / 4_294_967_296;
}
