// A clock that is wrong, for a real process: `node --import FILE` shifts its Date, and nothing else.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The environment of a process whose clock goes so many minutes ahead (or behind, below 0). */
export async function wrongClock(directory: string, minutes: number): Promise<NodeJS.ProcessEnv> {
  const file = join(directory, `clock${minutes}.mjs`);
  await writeFile(file, shift(minutes));
  return { NODE_OPTIONS: `--import ${file}` };
}

const shift = (minutes: number) => `
const RealDate = Date;
const shiftMs = ${minutes} * 60_000;
globalThis.Date = class Date extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(RealDate.now() + shiftMs);
    else super(...args);
  }
  static now() {
    return RealDate.now() + shiftMs;
  }
};
`;
