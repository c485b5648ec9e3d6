// Looks for error lines at the end of a log itself, where the worker that wrote it did not: it was older than that.
import { type Client, errorPatternOf, plainLine } from '@signalbox/protocol/browser';
import { partOf } from './log-part.ts';

/** What failed mostly says so at the end: so much of it is looked at, and not kept. */
const lastLines = 20_000;
const lastBytes = 4_194_304;
const mostLines = 40;

export async function ownErrorLines(
  client: Client,
  place: { readonly run: number; readonly step: number },
  signal: AbortSignal,
): Promise<number[]> {
  const { run, step } = place;
  const ask = (tailLines: number) =>
    client.call('read-log', { params: { run, step }, query: { tailLines, limit: lastBytes }, signal }).then(partOf);
  let part = await ask(lastLines);
  // Long lines: fewer of them, up to the end.
  if (part.next < part.end) part = await ask(Math.max(1, Math.floor((lastLines * lastBytes) / (part.end - part.from))));
  const found: number[] = [];
  for (const [index, line] of new TextDecoder().decode(part.bytes).split('\n').entries()) {
    if (errorPatternOf(plainLine(line)) !== null) found.push(part.firstLine + index);
    if (found.length === mostLines) break;
  }
  return found;
}
