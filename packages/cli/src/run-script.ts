// Runs the `.signalbox/config.ts` of a tree as a server would: in a sandbox, in a thread that can be ended.
import type { Clock, PushFacts, RunScript } from '@signalbox/plan';
import type { Cause } from '@signalbox/protocol/browser';

/** With a clock, its time is told as that of a stage. */
export function createRunScript(push: PushFacts, cause: Cause, clock?: Clock): RunScript {
  return async (entry, tree) => {
    const start = clock?.now() ?? 0;
    // Loaded when there is a script: its engine and its compiler cost 0.2 s.
    const { createScriptThreads, scriptDefaults } = await import('@signalbox/plan/thread');
    const threads = createScriptThreads({ ...scriptDefaults, threads: 1 });
    try {
      return await threads.evaluate(entry, tree, { ...push, cause, parameters: {} });
    } finally {
      await threads.close();
      clock?.spans.push({ kind: 'stage', name: 'script', start, end: clock.now() });
    }
  };
}
