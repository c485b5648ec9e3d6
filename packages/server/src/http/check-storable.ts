// Refuses what PostgreSQL cannot hold, before it meets a handler: NUL, halves of characters (lone surrogates), endless numbers.
import { Refused } from '@signalbox/protocol';

const noText = /\0|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** Call it after the contract's check, which takes "Infinity" for a number. @throws Refused bad-request, naming the place */
export function checkStorable(place: string, value: unknown): void {
  if (typeof value === 'string') {
    if (noText.test(value)) throw refused(place, 'it holds a NUL or half of a character, which is no text');
  } else if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw refused(place, 'it is no number that can be counted to');
  } else if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) checkStorable(`${place}.${index}`, value[index]);
  } else if (value !== null && typeof value === 'object') {
    for (const [key, inner] of Object.entries(value)) {
      if (noText.test(key)) throw refused(place, 'a key in it holds a NUL or half of a character');
      checkStorable(`${place}.${key}`, inner);
    }
  }
}

const refused = (place: string, what: string) => new Refused('bad-request', `In the ${place}: ${what}.`);
