// The version of this command: read from the package, so that asking for it loads nothing else.
import { readFileSync } from 'node:fs';

export const ownVersion: string = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
).version;
