// What a configuration in TypeScript is for the rest of planning: something that makes a tree of values from the facts of a
// push. How it is run, in a sandbox, is in typescript/ and thread/; nothing else needs to know.
import type { Cause } from '@signalbox/protocol';
import type { Finding, PushFacts } from './draft.ts';
import type { TreeReader } from './load.ts';
import type { ConfigFile } from './source.ts';
import type { Table } from './tree.ts';

/** What the function is called with. */
export type ScriptFacts = PushFacts & {
  readonly cause: Cause;
  readonly parameters: Readonly<Record<string, string>>;
};

export const factNames = ['message', 'cause', 'branch', 'files', 'parameters'] as const;
export type FactName = (typeof factNames)[number];

export type Evaluated = {
  /** All that was read, the entry first. */
  readonly files: readonly ConfigFile[];
  /** Null when `findings` say why there is none. Their offsets are those of `files`, as `sourceOf` counts them. */
  readonly tree: Table | null;
  readonly findings: readonly Finding[];
  /** Which of the facts it depends on. */
  readonly asked: readonly FactName[];
  /** Numbers and characters of the result: what keeping it costs. */
  readonly weight: number;
  /** It was ended by a clock or the like: another time it may come to its end. */
  readonly mayDiffer: boolean;
};

/** @throws what the tree's reader throws */
export type EvaluateScript = (entry: string, tree: TreeReader, facts: ScriptFacts) => Promise<Evaluated>;
