// Short ways to plan a configuration in TypeScript as servers and laptops do it: in a thread that can be ended.
import { type Loaded, loadConfiguration, planPush, type TreeReader } from '../../src/index.ts';
import { createScriptThreads, type ScriptLimits, scriptDefaults } from '../../src/thread/index.ts';
import { type Files, filesOf, treeOf, usualFacts } from './compile-typescript.ts';

export type InThreads = {
  load(tree: TreeReader): Promise<Loaded>;
  /** `plan of N jobs`, or each mistake in one line. */
  told(given: string | Files): Promise<string[]>;
  close(): Promise<void>;
};

export function openThreads(limits: Partial<ScriptLimits> = {}): InThreads {
  const threads = createScriptThreads({ ...scriptDefaults, threads: 1, ...limits });
  const load = (tree: TreeReader) =>
    loadConfiguration(tree, (path, reader) => threads.evaluate(path, reader, usualFacts));
  return {
    load,
    async told(given) {
      const loaded = await load(treeOf(filesOf(given)));
      if (loaded.kind === 'absent') return ['absent'];
      if (loaded.kind === 'mistakes') {
        return loaded.mistakes.map(({ line, column, message }) => `${line}:${column} ${message}`);
      }
      return [`plan of ${planPush(loaded.configuration, usualFacts, usualFacts.cause).jobs.length}`];
    },
    close: () => threads.close(),
  };
}
