// Text of a log as server-sent events: made once, sent to any number of readers.
import { timesText } from '@signalbox/protocol';
import type { LogNews } from '../../record/index.ts';

export type LogFrame = { readonly from: number; readonly next: number; readonly bytes: Buffer };

/** Ends between two characters, unless no more can come. undefined where that leaves nothing. */
export function frameOf({ bytes, from, size, next, isOver, times }: LogNews): LogFrame | undefined {
  const isAll = isOver && next === size;
  const whole = isAll ? bytes : bytes.subarray(0, bytes.length - unfinished(bytes));
  if (whole.length === 0) return undefined;
  const end = from + whole.length;
  const data = JSON.stringify({ from, next: end, text: whole.toString(), times: timesText(times(end)) });
  return { from, next: end, bytes: Buffer.from(`id: ${end}\nevent: log\ndata: ${data}\n\n`) };
}

export const endFrame = (at: number): Buffer => Buffer.from(`id: ${at}\nevent: end\ndata: {"size":${at}}\n\n`);

/** How many bytes at the end are the beginning of a character of UTF-8. */
function unfinished(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) return 0;
    if (byte < 0xc0) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return back < length ? back : 0;
  }
  return 0;
}
