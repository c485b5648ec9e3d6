// The present, ticking: one timer for all that shows how long something takes or how long ago it was.
import { useSyncExternalStore } from 'react';
import { serverNow } from '../api/client.ts';

type Clock = { readonly watch: (watcher: () => void) => () => void; readonly read: () => number };

const second = clock(1_000);
const halfMinute = clock(30_000);

/** By the server's clock. `every` second for what runs now; every half minute for what is long over. */
export function useNow(every: 'second' | 'half-minute' = 'half-minute'): number {
  const source = every === 'second' ? second : halfMinute;
  return useSyncExternalStore(source.watch, source.read);
}

function clock(milliseconds: number): Clock {
  const watchers = new Set<() => void>();
  let now = serverNow();
  let timer: ReturnType<typeof setInterval> | undefined;
  return {
    read: () => now,
    watch(watcher) {
      if (watchers.size === 0) {
        now = serverNow();
        timer = setInterval(() => {
          now = serverNow();
          for (const one of watchers) one();
        }, milliseconds);
      }
      watchers.add(watcher);
      return () => {
        watchers.delete(watcher);
        if (watchers.size === 0) clearInterval(timer);
      };
    },
  };
}
