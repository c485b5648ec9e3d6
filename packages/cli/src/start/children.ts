// The programs that `start` keeps: their logs go to files, what a person must see to the terminal, their numbers into
// the lock, so that whoever comes after a killed `start` can wait for their end.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Output } from '../output.ts';
import { Child } from './child.ts';
import type { Lock } from './lock.ts';
import { seriousLine } from './log-line.ts';
import { createRepeats } from './repeats.ts';
import { childCrashed, serious } from './say.ts';

export type Children = {
  /** In the order in which they were started. */
  readonly all: readonly Child[];
  keep(name: string, args: readonly string[], env: NodeJS.ProcessEnv): Child;
  /** From now on: a server that does not even come up ends the start, which says why. */
  sayCrashes(): void;
};

export function createChildren(output: Output, data: string, lock: Lock, stopping: AbortSignal): Children {
  const all: Child[] = [];
  const pids = new Map<string, number>();
  const once = createRepeats();
  let isUp = false;
  mkdirSync(join(data, 'logs'), { recursive: true });
  return {
    all,
    sayCrashes: () => {
      isUp = true;
    },
    keep(name, args, env) {
      const logFile = join(data, 'logs', `${name}.log`);
      const child = new Child({
        args,
        env,
        logFile,
        onLine: (line) => {
          const found = stopping.aborted ? undefined : seriousLine(line);
          const text = found && once(`${name}: ${found.text}`);
          if (found && text) serious(output, found.level, text);
        },
        onCrash: (how, seconds) => {
          if (isUp) childCrashed(output, name, how, seconds, logFile);
        },
        onLogTrouble: (error) => {
          const text = once(`the log of the ${name} cannot be written: ${error.message}`);
          if (text) serious(output, 'warn', text);
        },
        onStart: (pid) => {
          pids.set(name, pid);
          lock.tell({ children: [...pids.values()] });
        },
      });
      all.push(child);
      return child;
    },
  };
}
