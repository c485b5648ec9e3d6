// Looks for processes of this machine by a word in their command line; Linux only.
import { readdirSync, readFileSync } from 'node:fs';

export function processesWith(word: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/cmdline`, 'latin1').includes(word);
      } catch {
        return false; // It has ended.
      }
    })
    .map(Number);
}
