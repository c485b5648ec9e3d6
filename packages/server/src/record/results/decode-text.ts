// Turns the bytes of a file into text, piece by piece, whatever they are: byte order marks and XML's own word are heeded.
import { TextDecoder } from 'node:util';

export type TextDecoding = { readonly decode: (piece: Uint8Array) => string; readonly end: () => string };

export function openDecoding(): TextDecoding {
  let decoder: TextDecoder | undefined;
  let head: Uint8Array = new Uint8Array(0);
  const begin = () => {
    decoder = new TextDecoder(encodingOf(head));
    return decoder.decode(head, { stream: true });
  };
  return {
    decode: (piece) => {
      if (decoder !== undefined) return decoder.decode(piece, { stream: true });
      head = Buffer.concat([head, piece]);
      return head.length < headBytes ? '' : begin();
    },
    end: () => (decoder === undefined ? begin() : '') + (decoder as TextDecoder | undefined)?.decode(),
  };
}

/** An XML declaration fits into it. */
const headBytes = 200;

function encodingOf(head: Uint8Array): string {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  const declared = /^\s*<\?xml[^>]*encoding\s*=\s*["']([\w.:-]+)["']/.exec(Buffer.from(head).toString('latin1'))?.[1];
  // Whoever could be read so far does not write UTF-16, whatever is said: .NET says it of every string.
  if (declared === undefined || /^utf-?16/i.test(declared)) return 'utf-8';
  try {
    return new TextDecoder(declared).encoding;
  } catch {
    // A name that nobody knows: most such files are ASCII but for a few characters.
    return 'utf-8';
  }
}
