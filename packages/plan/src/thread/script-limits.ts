// How much a configuration in TypeScript may use, and how many run at once.
import { limits } from '../limits.ts';
import type { SandboxLimits } from '../typescript/sandbox.ts';

export type ScriptLimits = SandboxLimits & {
  /** Threads at once. */
  readonly threads: number;
  /** Longest time of one configuration, without the time in which files are read. The last resort: see `looks`. */
  readonly seconds: number;
  /** A thread that has nothing to do for so long ends. */
  readonly idleSeconds: number;
};

export const scriptDefaults: ScriptLimits = {
  threads: 2,
  seconds: 20,
  idleSeconds: 60,
  memoryBytes: limits.sandboxBytes.most,
  looks: limits.looks.most,
};
