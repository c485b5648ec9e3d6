// `signalbox check` at the size of history, as a whole process: one configuration, twice of everything, twenty of them.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type SampleRepository, sampleRepository } from '../test/kit/git.ts';
import { signalboxProgram } from '../test/kit/programs.ts';
import { rounded, say } from './ground/figures.ts';
import { planPushBench } from './plan-push.ts';
import { historicShape, type Shape, treeFiles } from './shapes/historic.ts';

type Figures = {
  shape: string;
  seconds: number;
  rssMb: number;
  lanes: number;
  workers: number;
  pairs: number;
  mistakes: number;
};

/** Each is a file tree of configurations and the fleet that they are checked against. */
const shapes = {
  one: () => [historicShape()],
  double: () => [historicShape({ times: 2 })],
  typescript: () => [historicShape({ script: true })],
  twenty: () => Array.from({ length: 20 }, (_, seed) => historicShape({ seed })),
} satisfies Record<string, () => Shape[]>;
type Name = keyof typeof shapes;

const usualRuns = 5;

/** `--shape one|double|typescript|twenty|server`; else all, and the last line tells of `one`. */
export async function checkBench(args: readonly string[]): Promise<Record<string, unknown>> {
  const { values } = parseArgs({ args: [...args], options: { shape: { type: 'string' }, runs: { type: 'string' } } });
  const runs = Number(values.runs ?? usualRuns);
  const wanted = (Object.keys(shapes) as Name[]).filter((name) => values.shape === undefined || name === values.shape);
  const onServer = values.shape === undefined || values.shape === 'server' ? await planPushBench() : undefined;
  if (onServer && values.shape === 'server') return { shape: 'server', ...onServer };
  const all: Figures[] = [];
  for (const name of wanted) {
    const figures = await measure(name, runs);
    say(JSON.stringify(figures));
    all.push(figures);
  }
  const [one, double] = all;
  if (!one) throw new Error(`there is no shape "${values.shape}": ${Object.keys(shapes).join(', ')}`);
  if (values.shape !== undefined || !double) return one;
  return { ...one, growth: rounded(double.seconds / one.seconds, 2), planSeconds: onServer?.seconds };
}

/** The median of some runs: each a process of its own that reads the tree, checks all of it, and prints its answer. */
async function measure(name: Name, runs: number): Promise<Figures> {
  const directory = mkdtempSync(path.join(tmpdir(), 'signalbox-check-'));
  const tree = await sampleRepository({ empty: true });
  try {
    const made = shapes[name]();
    const [first] = made;
    if (!first) throw new Error('a shape has a configuration');
    await lay(tree, made);
    const fleet = path.join(directory, 'fleet.json');
    writeFileSync(fleet, JSON.stringify(first.fleet));
    const sum = (of: (shape: Shape) => number) => made.reduce((total, shape) => total + of(shape), 0);
    say(`${name}: ${made.length} configurations, ${sum(({ lanes }) => lanes)} lanes, ${first.workers} workers`);
    const ran: { seconds: number; rssMb: number; mistakes: number; lanes: number }[] = [];
    for (let run = 0; run < runs; run += 1) {
      ran.push(await check(tree.path, fleet, made.length > 1));
      const { seconds, rssMb } = ran.at(-1)!;
      say(`  run ${run + 1}: ${rounded(seconds, 2)} s, ${rounded(rssMb)} MB`);
    }
    const middle = [...ran].sort((one, other) => one.seconds - other.seconds)[runs >> 1]!;
    if (middle.lanes !== sum(({ lanes }) => lanes)) throw new Error(`${middle.lanes} lanes were checked`);
    return {
      shape: name,
      seconds: rounded(middle.seconds, 2),
      rssMb: Math.max(...ran.map(({ rssMb }) => Math.round(rssMb))),
      lanes: middle.lanes,
      workers: first.workers,
      pairs: sum(({ pairs }) => pairs),
      mistakes: middle.mistakes,
    };
  } finally {
    await tree.remove();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** One branch for each configuration, in a repository; the last is checked out. */
async function lay(tree: SampleRepository, made: readonly Shape[]): Promise<void> {
  for (const [index, shape] of made.entries()) {
    if (index > 0) await tree.git('checkout', '--quiet', '-b', `branch-${index}`);
    const named = Object.entries(shape.files).map(([name, text]) => [`.signalbox/${name}`, text] as const);
    await tree.commit({ files: { ...treeFiles, ...Object.fromEntries(named) } });
  }
}

/** The process says its own greatest memory at its end. */
const tellMemory =
  'data:text/javascript,process.on("exit",()=>process.stderr.write("maxrss="+process.resourceUsage().maxRSS+"\\n"))';

async function check(cwd: string, fleet: string, allBranches: boolean) {
  const args = ['check', '--offline', '--json', '--fleet', fleet, ...(allBranches ? ['--all-branches'] : [])];
  const began = performance.now();
  const child = spawn(process.execPath, ['--import', tellMemory, signalboxProgram, ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, complaints] = ['', ''];
  child.stdout.on('data', (piece: Buffer) => (out += piece.toString('utf8')));
  child.stderr.on('data', (piece: Buffer) => (complaints += piece.toString('utf8')));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const seconds = (performance.now() - began) / 1000;
  if (code !== 0 && code !== 2) throw new Error(`signalbox check ended with ${code}: ${complaints}`);
  const { configurations } = JSON.parse(out) as { configurations: { lanes: number; mistakes: unknown[] }[] };
  return {
    seconds,
    rssMb: (Number(/maxrss=(\d+)/.exec(complaints)?.[1]) * 1024) / 1e6,
    lanes: configurations.reduce((sum, { lanes }) => sum + lanes, 0),
    mistakes: configurations.reduce((sum, { mistakes }) => sum + mistakes.length, 0),
  };
}
