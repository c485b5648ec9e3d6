// The lanes and shares of the simulation's world, each of them once: what is looked up at every turn is looked up quickly.
import type { Cause } from '@signalbox/protocol';
import { shareOf } from '../../src/queue/decide/rank.ts';
import type { Lane } from './parts.ts';

export class Names {
  readonly #lanes = new Map<string, Map<string, Lane>>();
  readonly #asked = new Map<string, Map<Cause, Map<string | null, string>>>();
  readonly #shares = new Map<string, string>();
  #count = 0;

  laneOf(branch: string, name: string): Lane {
    const lanes = inMap(this.#lanes, branch, () => new Map<string, Lane>());
    return inMap(lanes, name, () => ({ id: ++this.#count, branch, ready: new Set() }));
  }

  shareOf(branch: string, cause: Cause, person: string | null): string {
    const byCause = inMap(this.#asked, branch, () => new Map<Cause, Map<string | null, string>>());
    const byPerson = inMap(byCause, cause, () => new Map<string | null, string>());
    return inMap(byPerson, person, () => {
      const share = shareOf({ repo: 'r', branch }, cause, person);
      return inMap(this.#shares, share, () => share);
    });
  }
}

function inMap<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}
