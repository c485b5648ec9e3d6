// Chance from a seed: the same seed gives the same numbers, on every machine. Each use gets a stream of its own by name,
// so that one more throw in one place changes nothing in another.

export type Random = {
  /** From 0 up to 1, without 1. */
  number(): number;
  /** A whole number from `least` to `most`, both among them. */
  whole(least: number, most: number): number;
  chance(probability: number): boolean;
  pick<Item>(items: readonly Item[]): Item;
  /** One of the names, each as often as its weight says. */
  weighted<Name extends string>(weights: Readonly<Record<Name, number>>): Name;
  stream(name: string): Random;
};

export function randomFrom(seed: number | string): Random {
  let state = digest(String(seed));
  const number = () => {
    // mulberry32
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const whole = (least: number, most: number) => least + Math.floor(number() * (most - least + 1));
  return {
    number,
    whole,
    chance: (probability) => number() < probability,
    pick(items) {
      if (items.length === 0) throw new Error('nothing to pick from');
      return items[whole(0, items.length - 1)]!;
    },
    weighted<Name extends string>(weights: Readonly<Record<Name, number>>) {
      const names = Object.keys(weights) as Name[];
      let left = number() * names.reduce((sum, name) => sum + weights[name], 0);
      for (const name of names) {
        left -= weights[name];
        if (left < 0) return name;
      }
      return names.at(-1)!;
    },
    stream: (name) => randomFrom(`${seed}/${name}`),
  };
}

/** FNV-1a. */
function digest(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash;
}
