// The place where a list goes on, as it was given out: a row's number.
import { Refused } from '@signalbox/protocol';

/** @throws Refused bad-request */
export function cursorOf(cursor: string | undefined): number | null {
  if (cursor === undefined) return null;
  if (!/^[1-9][0-9]{0,15}$/.test(cursor))
    throw new Refused('bad-request', `"${cursor}" is no cursor: give back \`next\` of the page before.`);
  return Number(cursor);
}
