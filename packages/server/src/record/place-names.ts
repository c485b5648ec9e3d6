// Which paths can be in an archive at all: only names that the layout makes, so that no path leads out of it, whatever it lies on.
import { Refused } from '@signalbox/protocol';

const goodName = /^[A-Za-z0-9%~_-][A-Za-z0-9%~._-]*$/;

/** No dot in front: what an archive keeps for itself has one. */
export const isPlaceName = (name: string) => goodName.test(name);

/** The names of a path. No dots, no drives, no other root. @throws Refused not-found */
export function placeNames(path: string): string[] {
  const names = path.split('/');
  if (!names.every(isPlaceName)) throw new Refused('not-found', 'There is no such file in the archive.');
  return names;
}
