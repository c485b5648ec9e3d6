// Configurations of pushes: made once from the same files; what is TypeScript runs in threads beside this one.
import { createHash } from 'node:crypto';
import { createConfigurationMemory, type Loaded, type ScriptFacts, type TreeReader } from '@signalbox/plan';
import { createScriptThreads, type ScriptLimits } from '@signalbox/plan/thread';

export type Configurations = {
  load(tree: TreeReader, facts: ScriptFacts): Promise<Loaded>;
  close(): Promise<void>;
};

export function openConfigurations(limits: ScriptLimits): Configurations {
  const threads = createScriptThreads(limits);
  const memory = createConfigurationMemory((text) => createHash('sha256').update(text).digest('base64'));
  return {
    load: async (tree, facts) => (await memory.load(tree, threads.evaluate, facts)).loaded,
    close: () => threads.close(),
  };
}
