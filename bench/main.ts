// `npm run bench -- NAME [options]`: runs one benchmark, which prints what it does and ends in one line of JSON.
import { archiveBench } from './archive.ts';
import { checkBench } from './check.ts';
import { firstGreen } from './first-green.ts';
import { fleetBench } from './fleet.ts';
import { say } from './ground/figures.ts';
import { machineSeconds } from './ground/processes.ts';
import { logIngest } from './log-ingest.ts';
import { logRead } from './log-read.ts';
import { logServer } from './log-server.ts';
import { logView } from './log-view.ts';
import { pickup } from './pickup.ts';
import { queueCycle } from './queue-cycle.ts';
import { queueDepth } from './queue-depth.ts';
import { simulation } from './simulation.ts';
import { soak } from './soak.ts';
import { trivialBuilds } from './trivial-builds.ts';

/** Adding one is a file and a line here. */
const benches = {
  archive: archiveBench,
  check: checkBench,
  'first-green': firstGreen,
  'queue-cycle': queueCycle,
  'queue-depth': queueDepth,
  pickup,
  fleet: fleetBench,
  soak,
  simulation,
  'log-ingest': logIngest,
  'log-server': logServer,
  'log-read': logRead,
  'log-view': logView,
  'trivial-builds': trivialBuilds,
} satisfies Record<string, (args: readonly string[]) => Promise<Record<string, unknown>>>;

const [name = '', ...args] = process.argv.slice(2).filter((word) => word !== '--');
const bench = (benches as Partial<Record<string, (typeof benches)[keyof typeof benches]>>)[name];
if (!bench) {
  process.stderr.write(`There is no benchmark "${name}". Benchmarks: ${Object.keys(benches).join(', ')}.\n`);
  process.exit(2);
}
const before = machineSeconds();
const figures = await bench(args);
const after = machineSeconds();
const stolen = (after.stolen - before.stolen) / (after.all - before.all);
// On a virtual machine: what its host gave to others meanwhile. Above a few hundredths the figures say little.
say(`the host took ${Math.round(stolen * 100)} % of the processors meanwhile`);
process.stdout.write(`${JSON.stringify({ bench: name, ...figures })}\n`);
process.exit(0);
