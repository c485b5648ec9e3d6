// What an artifact may be called: a plain relative path. Everything else is refused before a byte of it is read.
import { Refused } from '@signalbox/protocol';

/** @throws Refused bad-request, saying what is wrong with it */
export function checkArtifactPath(path: string, mostBytes: number): void {
  const fault = faultOf(path, mostBytes);
  if (!fault) return;
  const shown = path.length > 120 ? `${path.slice(0, 120)}…` : path;
  throw new Refused('bad-request', `${JSON.stringify(shown)} cannot be the path of an artifact: ${fault}.`);
}

function faultOf(path: string, mostBytes: number): string | undefined {
  if (path === '') return 'it is empty';
  if (Buffer.byteLength(path) > mostBytes) return `it is longer than ${mostBytes} bytes`;
  if (Buffer.from(path).toString() !== path) return 'it is not well-formed text';
  if (/[\u0000-\u001f\u007f]/.test(path)) return 'it holds a control character';
  if (path.includes('\\')) return 'it holds a backslash; give it with forward slashes';
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path)) return 'it is not relative to the checkout';
  for (const name of path.split('/')) {
    if (name === '') return 'it has an empty name between slashes, or a slash at its end';
    if (name === '.' || name === '..') return `it goes through "${name}"`;
  }
  return undefined;
}
