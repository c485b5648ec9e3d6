// What a command may touch of the process it runs in, handed in so that tests can run commands side by side.
import type { Readable, Writable } from 'node:stream';
import type { Environment } from './directories.ts';

export type Terminal = {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly rows?: number };
  readonly stderr: Writable & { readonly isTTY?: boolean };
  readonly env: Environment;
  readonly directory: string;
  /** What the process will end with. */
  exitCode: number;
};

/** The terminal of this process. */
export function ownTerminal(): Terminal {
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    directory: process.cwd(),
    exitCode: 0,
  };
}
