// Refuses text that PostgreSQL cannot hold, before it meets a handler: NUL, and halves of characters (lone surrogates).
import { Refused } from '@signalbox/protocol';

const noText = /\0|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** @throws Refused bad-request, naming the place */
export function checkText(place: string, value: unknown): void {
  if (typeof value === 'string') {
    if (noText.test(value)) throw refused(place);
  } else if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) checkText(`${place}.${index}`, value[index]);
  } else if (value !== null && typeof value === 'object') {
    for (const [key, inner] of Object.entries(value)) {
      if (noText.test(key)) throw refused(place);
      checkText(`${place}.${key}`, inner);
    }
  }
}

const refused = (place: string) =>
  new Refused('bad-request', `In the ${place}: it holds a NUL or half of a character, which is no text.`);
