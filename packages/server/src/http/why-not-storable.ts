// Refuses what PostgreSQL cannot hold, before it meets a handler: NUL, halves of characters (lone surrogates), endless numbers.
import { Refused } from '@signalbox/protocol';

const noText = /\0|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** Ask it after the contract's check, which takes "Infinity" for a number. The refusal names the place within `parts`. */
export function whyNotStorable(parts: Readonly<Record<string, unknown>>): Refused | undefined {
  const fault = faultIn(parts);
  return fault && new Refused('bad-request', `In the ${fault.path.reverse().join('.')}: ${fault.what}.`);
}

/** `path`: innermost first. It is put together on the way back, for nearly always there is nothing to tell. */
type Fault = { readonly what: string; readonly path: (string | number)[] };

function faultIn(value: unknown): Fault | undefined {
  if (typeof value === 'string') {
    return noText.test(value)
      ? { what: 'it holds a NUL or half of a character, which is no text', path: [] }
      : undefined;
  }
  if (typeof value === 'number') {
    return Number.isFinite(value) ? undefined : { what: 'it is no number that can be counted to', path: [] };
  }
  if (value === null || typeof value !== 'object') return undefined;
  for (const key in value) {
    if (!Object.hasOwn(value, key)) continue;
    if (noText.test(key)) return { what: 'a key in it holds a NUL or half of a character', path: [] };
    const fault = faultIn((value as Record<string, unknown>)[key]);
    if (fault) {
      fault.path.push(key);
      return fault;
    }
  }
  return undefined;
}
