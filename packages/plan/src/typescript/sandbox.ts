// Runs marked modules in an engine of their own: nothing of this process is in it but the texts that are handed over.
import { EvalFlags, Intrinsics, JSException, type JSValueHandle, QuickJS, type QuickJSOptions } from 'quickjs-wasi';
import { limits } from '../limits.ts';
import { guestScript } from './guest.ts';
import type { MarkNames } from './mark-places.ts';

/** The engine, a compiled WebAssembly module, for any number of sandboxes. */
export type Engine = object;

export type SandboxLimits = {
  /** Of the engine, counted by itself: the same everywhere. */
  readonly memoryBytes: number;
  /** How often it may look up from its work, which it does every 10,000 loops and calls: the same everywhere, unlike time. */
  readonly looks: number;
};

export type SandboxModule = { readonly text: string; readonly imports: ReadonlyMap<string, string> };

export type SandboxTask = {
  readonly entry: string;
  readonly modules: ReadonlyMap<string, SandboxModule>;
  readonly names: MarkNames;
  /** What the function is called with, as JSON. */
  readonly facts: string;
};

export type Thrown = {
  /** False for what is thrown and no error, such as a text. */
  readonly isError: boolean;
  readonly name: string;
  readonly message: string;
  /** As the engine writes it; empty when nobody knows. */
  readonly stack: string;
};

export type SandboxAnswer =
  /** JSON: what was asked for, stacks, and the words of guest.ts. */
  | { readonly kind: 'value'; readonly text: string; readonly chunks: readonly string[] }
  | { readonly kind: 'thrown'; readonly error: Thrown }
  | { readonly kind: 'limit'; readonly what: 'looks' | 'memory'; readonly stack: string }
  | { readonly kind: 'no-default' | 'no-function' | 'pending' }
  /** It ended in a way that says nothing: out of a stack that is not its own. */
  | { readonly kind: 'broken' };

/** A thread gives it more than this, so that the engine's own limit is met first, at the same depth everywhere. */
const stackBytes = 393_216;
/** No clock, no chance, no program in a text, nothing that shows when memory is freed or how a processor counts. */
const intrinsics = Intrinsics.EVAL | Intrinsics.REGEXP | Intrinsics.JSON | Intrinsics.MAP_SET | Intrinsics.PROMISE;

export async function runInSandbox(engine: Engine, task: SandboxTask, limits: SandboxLimits): Promise<SandboxAnswer> {
  const watch: Watch = { looks: 0, stack: '', where: null };
  const options: QuickJSOptions = {
    wasm: engine,
    memoryLimit: limits.memoryBytes,
    maxStackSize: stackBytes,
    intrinsics,
    timezoneOffset: 0,
    interruptHandler: () => isOver(watch, limits.looks),
    moduleLoader: {
      normalize: (from, specifier) => task.modules.get(from)?.imports.get(specifier) ?? specifier,
      load: (name) => {
        const module = task.modules.get(name);
        if (!module) throw new Error(`no module ${name}`);
        return module.text;
      },
    },
    wasi: silent,
  };
  const answer = await run(await QuickJS.create(options), task, watch).catch((error: unknown): SandboxAnswer => {
    if (!(error instanceof JSException)) return { kind: 'broken' };
    if (error.stack) watch.stack = error.stack;
    return ofException(error);
  });
  // Whatever else became of it, once it was stopped.
  return watch.looks > limits.looks ? { kind: 'limit', what: 'looks', stack: watch.stack } : answer;
}

type Watch = { looks: number; stack: string; where: (() => string) | null };

/**
 * Asked by the engine each 10,000 loops and calls; the first time that it is too often, where that was. What is thrown then
 * knows it better, but inside of a promise it never reaches us.
 */
function isOver(watch: Watch, most: number): boolean {
  watch.looks += 1;
  if (watch.looks <= most) return false;
  const { where } = watch;
  watch.where = null;
  // While it is asked, the engine asks again: then it must go on.
  if (where) watch.looks = 0;
  try {
    watch.stack = where?.() ?? watch.stack;
  } catch (error) {
    // A stack that cannot be told is a place that is not known.
    if (!(error instanceof Error)) throw error;
  }
  watch.looks = most + 1;
  return true;
}

async function run(vm: QuickJS, task: SandboxTask, watch: Watch): Promise<SandboxAnswer> {
  const start = `${task.names.made}run`;
  const guest = vm.evalCode(guestScript(task.names, start, task.facts), '<signalbox>');
  const ask = (name: string, ...given: JSValueHandle[]) =>
    vm.callFunction(guest.getProp(name), vm.undefined, ...given).consume((answer) => answer.toString());
  watch.where = () => ask('where');
  const text = `import * as entry from ${JSON.stringify(task.entry)};${start}(entry);`;
  const started = vm.evalCode(text, '<signalbox run>', EvalFlags.TYPE_MODULE);
  vm.executePendingJobs();
  if (started.promiseState === rejected) {
    const settled = await vm.resolvePromise(started);
    if ('error' in settled) return thrown(ask('tell', settled.error));
  }
  ask('begin');
  vm.executePendingJobs();
  const state = ask('state');
  if (state === 'done') return { kind: 'value', text: ask('take'), chunks: chunksOf(vm, guest.getProp('chunk')) };
  if (state === 'no-default' || state === 'no-function') return { kind: state };
  return state.startsWith('failed') ? thrown(state.slice('failed'.length)) : { kind: 'pending' };
}

const rejected = 2;

/** The list, piece by piece: whoever spoilt the engine's lists could hand over pieces without end. */
function chunksOf(vm: QuickJS, chunk: JSValueHandle): string[] {
  const chunks: string[] = [];
  for (let characters = 0; characters < mostCharacters; ) {
    const piece = vm.callFunction(chunk, vm.undefined, vm.newNumber(chunks.length));
    if (!piece.isString) break;
    const text = piece.consume((each) => each.toString());
    characters += text.length + 1;
    chunks.push(text);
  }
  return chunks;
}

/** More than what is taken: that is told by number, not by length. */
const mostCharacters = 4 * limits.sandboxList.most;

/** The clock stands, chance is nought, and nothing is written anywhere. */
const silent = (memory: { readonly buffer: ArrayBuffer }) => ({
  clock_time_get(_clock: number, _precision: bigint, at: number) {
    new DataView(memory.buffer).setBigUint64(at, 0n, true);
    return 0;
  },
  random_get(at: number, length: number) {
    new Uint8Array(memory.buffer, at, length).fill(0);
    return 0;
  },
  fd_write: () => badDescriptor,
});
const badDescriptor = 8;

function thrown(told: string): SandboxAnswer {
  const [isError, name, message, stack] = JSON.parse(told) as [boolean, string, string, string];
  if (isError && name === 'InternalError' && /out of memory/.test(message)) {
    return { kind: 'limit', what: 'memory', stack };
  }
  return { kind: 'thrown', error: { isError, name, message, stack } };
}

const ofException = ({ name, message, stack }: JSException): SandboxAnswer =>
  thrown(JSON.stringify([true, String(name), String(message), String(stack ?? '')]));
