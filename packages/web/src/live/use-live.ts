// Hooks over the stream of hints: look again when a topic is hinted, and how the connection stands.
import { useEffect, useRef, useSyncExternalStore } from 'react';
import { type LiveState, live } from './connection.ts';
import { gently } from './gently.ts';

/** Looks again, gently, whenever one of the topics is hinted. Topics that are null are not known yet. */
export function useLive(topics: readonly (string | null)[], look: () => Promise<unknown>): void {
  const latest = useRef(look);
  latest.current = look;
  const list = topics.filter((topic) => topic !== null).join(',');
  useEffect(() => {
    if (list === '') return;
    const gentle = gently(() => latest.current());
    const ends = list.split(',').map((topic) => live.listen(topic, gentle.hint));
    return () => {
      for (const end of ends) end();
      gentle.stop();
    };
  }, [list]);
}

export function useLiveState(): LiveState {
  return useSyncExternalStore(live.watch, () => live.state);
}
