// One name of a path in the archive, made from any text: no branch, lane or file name can leave its directory or take another's place.
import { createHash } from 'node:crypto';

export type SegmentOptions = {
  /** Names that differ only in case stay apart also where the disk does not tell them apart (macOS, Windows). */
  readonly foldCase?: boolean;
  /** Makes a second name for the same text: the mark goes into its hash. */
  readonly mark?: string;
  /** Longest name, where several make one. */
  readonly most?: number;
};

/** With the ends that are put to it (`-run12.txt.gz`) it stays below the 255 bytes that file systems allow. */
export const segmentBytes = 160;

/**
 * Letters, digits, dot, dash and underscore stand for themselves; every other byte is written as %XX. So is a leading dot
 * (hidden, or `..`), a trailing dot and the first letter of a device name (Windows drops or refuses them). `~` is never
 * a plain character: it begins the hash of a name that was too long, or that needs one to be told from another.
 */
export function segment(text: string, options: SegmentOptions = {}): string {
  const safe = escaped(text);
  const most = options.most ?? segmentBytes;
  const folds = options.foldCase === true && /[A-Z]/.test(text);
  if (safe.length <= most && !folds && options.mark === undefined) return safe;
  const hash = `~${createHash('sha256')
    .update(JSON.stringify([text, options.mark ?? '']))
    .digest('hex')
    .slice(0, 12)}`;
  const end = /[^.](\.[A-Za-z0-9]{1,10})$/.exec(safe)?.[1] ?? '';
  const head = safe.slice(0, Math.min(safe.length - end.length, most - hash.length - end.length));
  return head + hash + end;
}

function escaped(text: string): string {
  if (text === '') return '%';
  let safe = '';
  for (const byte of Buffer.from(text)) safe += plain[byte];
  if (safe.startsWith('.')) safe = `%2E${safe.slice(1)}`;
  if (safe.endsWith('.')) safe = `${safe.slice(0, -1)}%2E`;
  if (/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(safe)) safe = hex(safe.charCodeAt(0)) + safe.slice(1);
  return safe;
}

const hex = (byte: number) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
const plain = Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  return /[A-Za-z0-9._-]/.test(character) ? character : hex(byte);
});
