// Which system this is, for what can be installed by itself.
import { readFileSync } from 'node:fs';

/** Ubuntu is not: its package of Chromium is only a pointer to a snap, which containers cannot run. */
export function isDebian() {
  try {
    return /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return false;
    throw error;
  }
}
