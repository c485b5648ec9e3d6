// A process through which bytes pass looks through its whole heap far less often when it was let to grow.
import { expect, test } from 'vitest';
import { startProcess } from '../../../../test/kit/programs.ts';

const heap = new URL('../../src/base/heap.ts', import.meta.url).href;

/** Holds some objects, as a server does, and lets 400 MB of bodies pass, each put together from parts, some of them under way at once. */
const passing = `
  const held = Array.from({ length: 200_000 }, (_, number) => ({ number }));
  const underWay = [];
  for (let turn = 0; turn < 2_000; turn++) {
    const parts = Array.from({ length: 4 }, () => Buffer.allocUnsafe(50_000));
    underWay[turn % 100] = Buffer.concat(parts);
    await new Promise(setImmediate);
  }
  if (held.length + underWay.length === 0) throw new Error();`;

test('bytes that pass through cause few collections of the whole heap', async () => {
  const collections = async (first: string) => {
    const program = startProcess(process.execPath, [
      ...['--trace-gc', '--import', 'tsx', '-C', 'source', '--input-type=module'],
      ...['-e', `${first}\n${passing}`],
    ]);
    expect((await program.ended).code, program.output).toBe(0);
    return program.output.match(/Mark-Compact/g)?.length ?? 0;
  };
  const usual = await collections('');
  const grown = await collections(`(await import(${JSON.stringify(heap)})).letHeapGrow();`);
  expect(usual).toBeGreaterThan(4);
  expect(grown).toBeLessThan(0.75 * usual);
}, 120_000);
