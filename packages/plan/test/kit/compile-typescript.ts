// Short ways to compile a configuration in TypeScript: in this thread, which is enough for all that comes to an end.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Loaded, loadConfiguration, type Plan, planPush, type TreeReader } from '../../src/index.ts';
import { limits } from '../../src/limits.ts';
import type { Evaluated, EvaluateScript, ScriptFacts } from '../../src/script.ts';
import { readAnswer } from '../../src/typescript/answer.ts';
import { evaluate } from '../../src/typescript/evaluate.ts';
import type { SandboxLimits } from '../../src/typescript/sandbox.ts';
import type { Told } from './compile-text.ts';

export const entry = '.signalbox/config.ts';
export const usualFacts: ScriptFacts = {
  branch: 'main',
  message: 'Change things',
  files: ['src/a.ts'],
  cause: 'push',
  parameters: {},
};
const sandboxLimits: SandboxLimits = { memoryBytes: limits.sandboxBytes.most, looks: 500 };

type Compiler = { readonly Module: new (bytes: Uint8Array) => object };
const { Module } = (globalThis as unknown as { WebAssembly: Compiler }).WebAssembly;
const engine = new Module(readFileSync(createRequire(import.meta.url).resolve('quickjs-wasi/quickjs.wasm')));

export type Files = Readonly<Record<string, string>>;
export const filesOf = (given: string | Files): Files => (typeof given === 'string' ? { [entry]: given } : given);

export const treeOf = (files: Files): TreeReader => ({
  list: async (directory) => {
    const inside = Object.keys(files).filter((path) => path.startsWith(`${directory}/`));
    return [...new Set(inside.map((path) => path.slice(directory.length + 1).split('/')[0] ?? ''))];
  },
  read: async (path) => (Object.hasOwn(files, path) ? { kind: 'text', text: files[path] ?? '' } : { kind: 'absent' }),
});

export const evaluateHere: EvaluateScript = async (path, tree, facts) =>
  readAnswer(await evaluate(engine, path, tree.read, facts, sandboxLimits));

export const evaluated = (given: string | Files, facts: Partial<ScriptFacts> = {}): Promise<Evaluated> =>
  evaluateHere(entry, treeOf(filesOf(given)), { ...usualFacts, ...facts });

export function loaded(given: string | Files, facts: Partial<ScriptFacts> = {}): Promise<Loaded> {
  const run = (path: string, tree: TreeReader) => evaluateHere(path, tree, { ...usualFacts, ...facts });
  return loadConfiguration(treeOf(filesOf(given)), run);
}

export async function planned(given: string | Files, facts: Partial<ScriptFacts> = {}): Promise<Plan> {
  const made = await loaded(given, facts);
  const all = { ...usualFacts, ...facts };
  if (made.kind === 'configuration') return planPush(made.configuration, all, all.cause);
  throw new Error(`a configuration was expected: ${JSON.stringify(made, null, 1)}`);
}

/** Places as `line:column`, with the file before them where it is not the entry. */
export async function toldOf(given: string | Files, facts: Partial<ScriptFacts> = {}): Promise<Told[]> {
  const made = await loaded(given, facts);
  if (made.kind !== 'mistakes') return [];
  return made.mistakes.map(({ file, line, column, message, hint }) => ({
    at: `${file === entry ? '' : `${file}:`}${line}:${column}`,
    message,
    hint,
  }));
}
