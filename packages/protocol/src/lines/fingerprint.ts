// A short name for what a line says, the same in every run: a hash of the normalised line. No secret hangs on it.
import { normaliseLine } from './normalise-line.ts';

/** Of a plain line. 16 hexadecimal digits. */
export const fingerprintOf = (plain: string): string => hashOf(normaliseLine(plain));

/** Two sums of 32 bits in the manner of MurmurHash, over UTF-16 units; pure, for it runs in browsers as well. */
function hashOf(text: string): string {
  let one = 0x9e3779b9;
  let other = 0x41c6ce57;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    one = Math.imul(one ^ unit, 0x85ebca6b);
    other = Math.imul(other ^ unit, 0xc2b2ae35);
    one ^= one >>> 15;
    other ^= other >>> 13;
  }
  const first = mixed(one ^ Math.imul(other, 0x27d4eb2f));
  return hex(first) + hex(mixed(other ^ first));
}

function mixed(sum: number): number {
  let mix = Math.imul(sum ^ (sum >>> 16), 0x85ebca6b);
  mix = Math.imul(mix ^ (mix >>> 13), 0xc2b2ae35);
  return mix ^ (mix >>> 16);
}

const hex = (sum: number) => (sum >>> 0).toString(16).padStart(8, '0');
