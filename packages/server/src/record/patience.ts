// How long one call may work through a log, and how long it may keep its process from anything else.
import { setImmediate as letOthersWork } from 'node:timers/promises';

export type Patience = ReturnType<typeof createPatience>;

export function createPatience(seconds: number, signal: AbortSignal) {
  const deadline = performance.now() + seconds * 1000;
  let turn = performance.now() + turnMillis;
  return {
    isOver: () => signal.aborted || performance.now() > deadline,
    isLong: () => performance.now() > turn,
    async letOthers() {
      await letOthersWork();
      turn = performance.now() + turnMillis;
    },
  };
}

const turnMillis = 10;
