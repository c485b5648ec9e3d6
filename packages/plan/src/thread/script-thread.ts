// What a thread for scripts runs: one configuration in TypeScript after another. It reads nothing of the tree itself: it asks.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parentPort } from 'node:worker_threads';
import type { ScriptFacts } from '../script.ts';
import type { Answer } from '../typescript/answer.ts';
import { evaluate } from '../typescript/evaluate.ts';
import type { ReadScript, ScriptFile } from '../typescript/read-modules.ts';
import type { SandboxLimits } from '../typescript/sandbox.ts';

export type ToThread =
  | { readonly kind: 'run'; readonly entry: string; readonly facts: ScriptFacts; readonly limits: SandboxLimits }
  | { readonly kind: 'file'; readonly path: string; readonly file: ScriptFile };
export type FromThread =
  /** It has read what it runs. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'read'; readonly path: string }
  | { readonly kind: 'done'; readonly answer: Answer };

/** Node has it; its types come with those of browsers, which nothing else here needs. */
const { Module } = (globalThis as unknown as { WebAssembly: { Module: new (bytes: Uint8Array) => object } })
  .WebAssembly;
const engine = new Module(readFileSync(createRequire(import.meta.url).resolve('quickjs-wasi/quickjs.wasm')));
const readers = new Map<string, (file: ScriptFile) => void>();

parentPort?.on('message', (message: ToThread) => {
  if (message.kind === 'run') {
    void run(message).then(tell);
    return;
  }
  readers.get(message.path)?.(message.file);
  readers.delete(message.path);
});
tell({ kind: 'ready' });

async function run({ entry, facts, limits }: Extract<ToThread, { kind: 'run' }>): Promise<FromThread> {
  return { kind: 'done', answer: await evaluate(engine, entry, ask, facts, limits) };
}

const ask: ReadScript = (path) =>
  new Promise((resolve) => {
    readers.set(path, resolve);
    tell({ kind: 'read', path });
  });

function tell(message: FromThread): void {
  parentPort?.postMessage(message);
}
