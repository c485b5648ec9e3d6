// Real workers print 200 MB each in lines of 100 bytes, through everything: masking, spool, gzip, HTTP, PostgreSQL, the sealed archive.
// First one worker, then sixteen, all on the machine of the server. The last line is of the slower of the two.
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type Program, startProgram } from '../test/kit/programs.ts';
import { until } from '../test/kit/wait.ts';
import { openPipeline } from './ground/clients.ts';
import { rounded, say } from './ground/figures.ts';
import { type House, startHouse } from './ground/house.ts';
import { measureMachine } from './ground/machine-limits.ts';
import { type PrintedText, writePrintedText } from './ground/printed-text.ts';
import { startProbe } from './ground/probe.ts';
import { familyCpuSeconds } from './ground/processes.ts';
import { readSealedText } from './ground/sealed-text.ts';
import { Wire } from './ground/wire.ts';

const usualMegabytes = 200;
const secret = 'sk_bench_4f9d2c7a1e8b6035';

export async function logIngest(args: readonly string[]): Promise<Record<string, number>> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      scale: { type: 'string', default: '1' },
      workers: { type: 'string', default: '1,16' },
      profile: { type: 'string' },
      // How far the steps stand back behind the server, as `signalbox start` sets it for one machine.
      niceness: { type: 'string', default: '10' },
    },
  });
  const megabytes = Math.max(1, Math.round(usualMegabytes * Number(values.scale)));
  const house = await startHouse({ profile: values.profile });
  try {
    const text = writePrintedText(path.join(house.data, 'printed.txt'), megabytes, secret);
    const limits = measureMachine(house.data, text.sample);
    say(
      `limits of the machine now: gzip -1 makes ${limits.gzipMbPerSecond} MB/s of this text on one core (${limits.ratio} times smaller), the disk takes ${limits.diskMbPerSecond} MB/s of that`,
    );
    await giveSecret(house);
    const shapes: Figures[] = [];
    for (const workers of values.workers.split(',').map(Number)) {
      shapes.push(await measure(house, workers, text, values.niceness));
      say(JSON.stringify(shapes.at(-1)));
    }
    const [slowest] = shapes.sort((a, b) => a.mbPerSecond - b.mbPerSecond);
    return { ...slowest! };
  } finally {
    await house.stop();
  }
}

type Figures = {
  readonly workers: number;
  readonly mbPerSecond: number;
  readonly serverCpuMsPerMb: number;
  readonly apiP99Ms: number;
  /** Bytes of log. */
  readonly lost: number;
};

async function measure(house: House, workers: number, text: PrintedText, niceness: string): Promise<Figures> {
  const pool = `log-${workers}`;
  const programs = Array.from({ length: workers }, (_, number) => startWorker(house, pool, number, niceness));
  const person = await Wire.open(house.address, house.tokens.person);
  try {
    await until('the workers', async () => (await idleWorkers(person, pool)) === workers, { seconds: 120 });
    const pipelineId = await openPipeline(person, house.pushId);
    const endProbe = await startProbe(house.address, house.tokens.person, [
      '/api/v1/repos/bench/grid',
      '/api/v1/jobs?limit=20',
      `/api/v1/pipelines/${pipelineId}`,
    ]);
    say(`${workers} workers print ${text.printedBytes / 1e6} MB each`);
    const before = { ...house.cpu(), workers: cpuOf(programs) };
    let serverMb = 0;
    const began = performance.now();
    await person.call('POST', `/api/v1/pipelines/${pipelineId}/jobs`, {
      jobs: Array.from({ length: workers }, (_, number) => printing(`print-${number}`, pool, text)),
    });
    const runIds = await until(
      'all logs in the archive',
      async () => {
        serverMb = Math.max(serverMb, house.serverRssMb());
        return sealedRuns(house, pipelineId, workers);
      },
      { seconds: 1800 },
    );
    const seconds = (performance.now() - began) / 1000;
    const after = { ...house.cpu(), workers: cpuOf(programs) };
    const probe = await endProbe();
    const lost = await lostBytes(house, runIds, text);
    const all = (workers * text.printedBytes) / 1e6;
    const cost = (what: keyof typeof before) => rounded(((after[what] - before[what]) * 1000) / all, 2);
    say(
      `  ${rounded(seconds)} s; CPU ms a MB: server ${cost('server')}, database ${cost('database')}, workers ${cost('workers')}; the server had ${serverMb} MB; ${probe.count} answers, half within ${rounded(probe.p50Ms)} ms`,
    );
    return {
      workers,
      mbPerSecond: rounded(all / seconds),
      serverCpuMsPerMb: rounded(cost('server') + cost('database'), 2),
      apiP99Ms: rounded(probe.p99Ms),
      lost,
    };
  } finally {
    person.close();
    await Promise.all(programs.map((program) => program.stop('SIGTERM')));
  }
}

async function giveSecret(house: House): Promise<void> {
  const admin = await Wire.open(house.address, house.tokens.admin);
  await admin.call('PUT', '/api/v1/repos/bench/secrets/TOKEN', { value: secret });
  admin.close();
}

function startWorker(house: House, pool: string, number: number, niceness: string): Program {
  const name = `${pool}-${number}`;
  const data = path.join(house.data, 'workers', name);
  return startProgram(['worker', '--server', house.address, '--pools', pool, '--name', name, '--data', data], {
    env: { SIGNALBOX_TOKEN: house.tokens.worker, SIGNALBOX_WORKER_STEP_NICENESS: niceness },
  });
}

/** `cat` reads and writes 128 KB at a time: printing costs next to nothing. */
const printing = (name: string, pool: string, text: PrintedText) => ({
  name,
  pool,
  checkout: false,
  secrets: ['TOKEN'],
  steps: [{ name: 'Print', script: `cat ${text.path}` }],
});

async function idleWorkers(person: Wire, pool: string): Promise<number> {
  const { items } = await person.call<{ items: { pools: string[]; state: string }[] }>('GET', '/api/v1/workers');
  return items.filter(({ pools, state }) => pools.includes(pool) && state === 'idle').length;
}

/** Undefined while one is missing. */
async function sealedRuns(house: House, pipelineId: number, count: number): Promise<number[] | undefined> {
  const { rows } = await house.database.query<{ id: string; verdict: string | null }>(
    `select run.id, run.verdict from job join run on run.job_id = job.id join sealed_log on sealed_log.run_id = run.id
     where job.pipeline_id = $1 and run.verdict is not null`,
    [pipelineId],
  );
  const wrong = rows.find(({ verdict }) => verdict !== 'passed');
  if (wrong) throw new Error(`Run ${wrong.id} ended as ${wrong.verdict}`);
  return rows.length === count ? rows.map(({ id }) => Number(id)) : undefined;
}

/** @throws Error when bytes are there that were not printed */
async function lostBytes(house: House, runIds: readonly number[], text: PrintedText): Promise<number> {
  let lost = 0;
  for (const runId of runIds) {
    const found = await readSealedText(house, runId, 1);
    lost += text.logBytes - found.bytes;
    if (found.bytes === text.logBytes && found.sha256 !== text.sha256) {
      throw new Error(`The log of run ${runId} is not what was printed: ${found.sha256} instead of ${text.sha256}`);
    }
  }
  return lost;
}

const cpuOf = (programs: readonly Program[]) => programs.reduce((sum, { pid }) => sum + familyCpuSeconds(pid), 0);
