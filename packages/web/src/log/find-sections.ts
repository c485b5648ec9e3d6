// Asks the server for the sections of a log that is too long to be read: it searches for their marks.
import { type Client, Refused } from '@signalbox/protocol/browser';
import { type Marker, markerExpression, markersOf } from './sections.ts';

/** Marks kept of one log. */
const mostMarkers = 5000;
const pageLines = 1000;

/** Others search as well: a server does only so many at once. */
const busyMillis = [500, 1000, 2000, 4000, 8000];

/** Calls back for each line with marks. Whether these were all: a server that stays busy, or an older one, gives none. */
export async function findSections(
  client: Client,
  place: { readonly run: number; readonly step: number },
  each: (line: number, markers: readonly Marker[]) => void,
  signal: AbortSignal,
): Promise<boolean> {
  let cursor: string | undefined;
  for (let lines = 0; lines < mostMarkers; ) {
    const query = { text: markerExpression, regex: true, step: place.step, limit: pageLines, cursor };
    const ask = () => client.call('search-log', { params: { run: place.run }, query, signal });
    const found = await patiently(ask, signal).catch((problem) => {
      if (problem instanceof Refused) return null;
      throw problem;
    });
    if (!found) return false;
    // What was cut off its beginning is no mark any more.
    for (const hit of found.hits) if (hit.textByte === hit.startByte) each(hit.line, markersOf(hit.text, hit.line));
    lines += found.hits.length;
    if (found.more === null) return true;
    cursor = found.more;
  }
  return false;
}

async function patiently<Answer>(ask: () => Promise<Answer>, signal: AbortSignal): Promise<Answer> {
  for (const wait of busyMillis) {
    try {
      return await ask();
    } catch (problem) {
      if (!(problem instanceof Refused) || problem.code !== 'too-many') throw problem;
      await new Promise((resolve) => setTimeout(resolve, wait));
      signal.throwIfAborted();
    }
  }
  return ask();
}
