// The threads in which scripts run: one after another where there is one, apart from each other, gone when they are closed.
import { afterEach, expect, it } from 'vitest';
import type { TreeReader } from '../../src/index.ts';
import { createScriptThreads, type ScriptLimits, type ScriptThreads, scriptDefaults } from '../../src/thread/index.ts';
import { entry, treeOf, usualFacts } from '../kit/compile-typescript.ts';

let opened: ScriptThreads[] = [];
afterEach(async () => {
  await Promise.all(opened.map((threads) => threads.close()));
  opened = [];
});

function open(limits: Partial<ScriptLimits>): ScriptThreads {
  const threads = createScriptThreads({ ...scriptDefaults, ...limits });
  opened.push(threads);
  return threads;
}

const tree = (text: string): TreeReader => treeOf({ [entry]: text });
const right = (name: string): TreeReader => tree(`export default { jobs: { ${name}: { steps: ['x'] } } };`);
const endless = tree('export default () => { for (;;) Math.abs(1); };');

async function jobs(threads: ScriptThreads, reader: TreeReader): Promise<string> {
  const { tree: made, findings } = await threads.evaluate(entry, reader, usualFacts);
  const under = made?.entries.get('jobs')?.value;
  return under?.kind === 'table' ? [...under.entries.keys()].join() : findings.map(({ message }) => message).join();
}

it('with one thread, what comes later waits, and is answered in turn whatever became of what was before', async () => {
  const threads = open({ threads: 1, looks: 100 });
  const told: string[] = [];
  const ask = async (reader: TreeReader) => told.push(await jobs(threads, reader));
  await Promise.all([ask(right('a')), ask(endless), ask(right('b')), ask(tree('export default [')), ask(right('c'))]);
  expect(told).toEqual([
    'a',
    expect.stringContaining('does not end'),
    'b',
    expect.stringContaining('not TypeScript'),
    'c',
  ]);
});

it('with two, one that does not end holds up nobody', async () => {
  const threads = open({ threads: 2, looks: 1e9, seconds: 600 });
  const held = jobs(threads, endless).catch((error: Error) => error.message);
  expect(await jobs(threads, right('a'))).toBe('a');
  await threads.close();
  expect(await held).toBe('The threads for scripts are closed.');
});

it('nothing of one script is left for the next', async () => {
  const threads = open({ threads: 1 });
  const spoilt =
    "globalThis.left = 'x'; Object.prototype.left = 'x'; Array.prototype.map = null; export default { jobs: { a: { steps: ['x'] } } };";
  expect(await jobs(threads, tree(spoilt))).toContain('a');
  const asks = tree(
    "export default () => ({ jobs: { [typeof left + typeof {}.left + typeof [].map]: { steps: ['x'] } } });",
  );
  expect(await jobs(threads, asks)).toBe('undefinedundefinedfunction');
});

it('what the tree cannot give is an error of the caller, not a mistake of the script; the next is run', async () => {
  const threads = open({ threads: 1 });
  const broken: TreeReader = {
    ...right('a'),
    read: async () => {
      throw new Error('the disk is gone');
    },
  };
  await expect(threads.evaluate(entry, broken, usualFacts)).rejects.toThrow('the disk is gone');
  expect(await jobs(threads, right('b'))).toBe('b');
});

it('time in which files are read is not time of the script', async () => {
  const threads = open({ threads: 1, seconds: 2 });
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const { list, read } = right('a');
  const slow: TreeReader = {
    list,
    read: async (path) => {
      await held;
      return read(path);
    },
  };
  const asked = jobs(threads, slow);
  // The clock of another thread runs out meanwhile, so more than these seconds have gone by.
  const other = open({ threads: 1, seconds: 2, looks: 1e9 });
  expect(await jobs(other, endless)).toContain('takes longer than 2 seconds');
  release();
  expect(await asked).toBe('a');
});

it('a thread without work ends, and another begins when there is some', async () => {
  const threads = open({ threads: 1, idleSeconds: 0.01 });
  expect(await jobs(threads, right('a'))).toBe('a');
  expect(await jobs(threads, right('b'))).toBe('b');
});
