// The seed's whole fleet on one server process: 13,988 simulated workers hold claims or wait; 5,000 runs renew, post steps, and
// print 10 Mbit/s together; jobs come and end at ten times 75,000 a day. Is a lease lost, and how long does a claim take?
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { jobNamed, openPipeline, type SimulatedWorker, startWorker } from './ground/clients.ts';
import { percentile, rounded, say } from './ground/figures.ts';
import { type House, startHouse } from './ground/house.ts';
import { cpuSeconds } from './ground/processes.ts';
import { Wire } from './ground/wire.ts';

const fleet = {
  workers: 13_988,
  runs: 5_000,
  pools: 60,
  jobsPerSecond: (75_000 * 10) / 86_400,
  logBitsPerSecond: 10_000_000,
};
/** Of the runs that go on, so many print at a time: a compiler, not a test that waits. */
const printing = 0.1;
const chunkSeconds = 2;
const stepsSeconds = 60;
const claimSeconds = 60;
const renewSeconds = 20;
/** Jobs of one push. */
const lanes = 500;

export async function fleetBench(args: readonly string[]): Promise<Record<string, unknown>> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string', default: '180' },
      scale: { type: 'string', default: '1' },
      profile: { type: 'string' },
    },
  });
  const scale = Number(values.scale);
  const house = await startHouse({ profile: values.profile, settings: { SIGNALBOX_LEASE_SECONDS: '60' } });
  try {
    const life = new Fleet(house, scale);
    await life.gather();
    await life.fill();
    say('half a minute to settle');
    await pause(30_000);
    return await life.measure(Number(values.seconds));
  } finally {
    await house.stop();
  }
}

type Run = { readonly runId: number; readonly claimId: string; readonly wire: Wire; offset: number; sequence: number };

class Fleet {
  readonly #house: House;
  readonly #workers: number;
  readonly #runs: number;
  readonly #perSecond: number;
  readonly #chunk: Buffer;
  readonly #chunkBytes: number;
  readonly #held = new Map<number, Run>();
  readonly #submittedAt = new Map<string, number>();
  readonly #claimMs: number[] = [];
  readonly #counts = { lost: 0, renewals: 0, logs: 0, steps: 0, jobs: 0, failures: 0 };
  readonly #failures = new Map<string, number>();
  #idle = 0;
  #isOver = false;

  constructor(house: House, scale: number) {
    this.#house = house;
    this.#workers = Math.round(fleet.workers * scale);
    this.#runs = Math.round(fleet.runs * scale);
    this.#perSecond = fleet.jobsPerSecond * scale;
    this.#chunkBytes = Math.round(((fleet.logBitsPerSecond / 8) * chunkSeconds) / (fleet.runs * printing));
    this.#chunk = gzipSync(text(this.#chunkBytes), { level: 1 });
  }

  /** All workers come; each asks for a run at once, as real ones do. */
  async gather(): Promise<void> {
    say(`${this.#workers} workers come`);
    const began = performance.now();
    const batch = 200;
    for (let first = 0; first < this.#workers; first += batch) {
      const numbers = Array.from({ length: Math.min(batch, this.#workers - first) }, (_, index) => first + index);
      await Promise.all(
        numbers.map(async (number) => {
          const worker = await startWorker(this.#house, `fleet-${number}`, [poolOf(number)]);
          void this.#live(worker);
        }),
      );
    }
    say(`all there after ${Math.round((performance.now() - began) / 1000)} s; server ${this.#house.serverRssMb()} MB`);
  }

  /** The first runs begin. */
  async fill(): Promise<void> {
    const person = await Wire.open(this.#house.address, this.#house.tokens.person);
    const began = performance.now();
    for (let number = 0; number < this.#runs; number += 100)
      await this.#submit(person, number, Math.min(100, this.#runs - number));
    for (const deadline = Date.now() + 300_000; this.#held.size < this.#runs && Date.now() < deadline; )
      await pause(100);
    person.close();
    say(`${this.#held.size} runs go on after ${Math.round((performance.now() - began) / 1000)} s`);
    this.#claimMs.length = 0;
  }

  async measure(seconds: number): Promise<Record<string, unknown>> {
    say(`${rounded(this.#perSecond)} jobs a second come and end, for ${seconds} s`);
    const before = this.#house.cpu();
    const loadBefore = cpuSeconds(process.pid);
    const began = performance.now();
    const loads = [this.#arrive(), this.#print(), this.#reportSteps()];
    while (performance.now() - began < seconds * 1000) {
      await pause(Math.min(30_000, seconds * 1000));
      say(
        `  ${JSON.stringify({ running: this.#held.size, idle: this.#idle, ...this.#counts })} server ${this.#house.serverRssMb()} MB`,
      );
    }
    const elapsed = (performance.now() - began) / 1000;
    const after = this.#house.cpu();
    say(`the load itself took ${rounded((cpuSeconds(process.pid) - loadBefore) / elapsed, 2)} cores`);
    this.#isOver = true;
    await Promise.all(loads);
    for (const [failure, count] of this.#failures) say(`  ${count} times: ${failure}`);
    const { rows } = await this.#house.database.query<{ lost: string }>(
      `select count(*) as lost from run where reason ->> 'code' = 'worker-lost'`,
    );
    return {
      workers: this.#workers,
      running: this.#held.size,
      leasesLost: this.#counts.lost + Number(rows[0]!.lost),
      claimP50Ms: rounded(percentile(this.#claimMs, 0.5)),
      claimP99Ms: rounded(percentile(this.#claimMs, 0.99)),
      serverCores: rounded((after.server - before.server) / elapsed, 2),
      serverRssMb: this.#house.serverRssMb(),
      databaseCores: rounded((after.database - before.database) / elapsed, 2),
      renewalsPerSecond: rounded(this.#counts.renewals / elapsed),
      logCallsPerSecond: rounded(this.#counts.logs / elapsed),
      logMbitPerSecond: rounded((this.#counts.logs * this.#chunkBytes * 8) / elapsed / 1e6),
      failures: this.#counts.failures,
    };
  }

  /** One worker: waits for a run, keeps it until somebody takes it away to end it, and waits again. */
  async #live(worker: SimulatedWorker): Promise<void> {
    let waitSeconds = this.#first(worker.id, claimSeconds);
    while (!this.#isOver) {
      this.#idle += 1;
      const claimId = randomUUID();
      const answer = await this.#try(() =>
        worker.wire.call<{ order: { runId: number; job: { name: string }; pipeline: { id: number } } | null }>(
          'POST',
          `/api/v1/workers/${worker.id}/claims`,
          { claimId, waitSeconds },
        ),
      );
      this.#idle -= 1;
      waitSeconds = claimSeconds;
      if (!answer?.order) continue;
      const { runId, job, pipeline } = answer.order;
      const key = `${pipeline.id} ${job.name}`;
      const submitted = this.#submittedAt.get(key);
      if (submitted !== undefined) this.#claimMs.push(performance.now() - submitted);
      this.#submittedAt.delete(key);
      this.#held.set(runId, { runId, claimId, wire: worker.wire, offset: 0, sequence: 0 });
      await this.#keep(worker, runId, claimId);
    }
  }

  /** A fleet that has been there for hours asks evenly: nobody's first question of the start is waited for as long as the next ones. */
  #first(number: number, seconds: number): number {
    return 1 + ((number * 7919) % seconds);
  }

  /** Renews on a connection of its own, one long call after another, until the run has ended. */
  async #keep(worker: SimulatedWorker, runId: number, claimId: string): Promise<void> {
    const wire = await Wire.open(this.#house.address, this.#house.tokens.worker);
    let waitSeconds = this.#first(runId, renewSeconds);
    while (this.#held.has(runId) && !this.#isOver) {
      const body = { held: [{ runId, claimId }], known: { cancelled: [], watched: [] }, waitSeconds };
      const answer = await this.#try(() =>
        wire.call<{ lost: number[] }>('POST', `/api/v1/workers/${worker.id}/renewals`, body),
      );
      this.#counts.renewals += 1;
      waitSeconds = renewSeconds;
      if (answer && answer.lost.length > 0 && this.#held.delete(runId)) this.#counts.lost += 1;
    }
    wire.close();
  }

  /** Jobs come at their rate, and as many end. */
  async #arrive(): Promise<void> {
    const person = await Wire.open(this.#house.address, this.#house.tokens.person);
    const began = performance.now();
    for (let number = 0; !this.#isOver; number += 1) {
      await pause(Math.max(0, began + (number * 1000) / this.#perSecond - performance.now()));
      const [oldest] = this.#held.values();
      if (oldest) void this.#end(oldest);
      await this.#submit(person, this.#runs + number, 1);
      this.#counts.jobs += 1;
    }
    person.close();
  }

  async #end(run: Run): Promise<void> {
    this.#held.delete(run.runId);
    const wire = await Wire.open(this.#house.address, this.#house.tokens.worker);
    const body = {
      claimId: run.claimId,
      verdict: 'passed',
      reason: { code: 'all-steps-passed', text: 'All steps passed' },
      steps: [],
      logBytes: [0, run.offset],
    };
    await this.#try(() => wire.call('POST', `/api/v1/runs/${run.runId}/finish`, body));
    wire.close();
  }

  /** A tenth of the runs print; each chunk goes as a worker sends it. */
  async #print(): Promise<void> {
    await this.#each(chunkSeconds, printing, async (run) => {
      const chunk = {
        step: 1,
        offset: run.offset,
        sizeBytes: this.#chunkBytes,
        lines: Math.ceil(this.#chunkBytes / 80),
        memberBytes: this.#chunk.length,
      };
      const headers = `x-claim-id: ${run.claimId}\r\nx-log-chunks: ${JSON.stringify([chunk])}\r\n`;
      const answer = await this.#try(() =>
        run.wire.send('POST', `/api/v1/runs/${run.runId}/log`, this.#chunk, headers),
      );
      if (answer && answer.status === 200) {
        run.offset += this.#chunkBytes;
        this.#counts.logs += 1;
      } else if (answer && this.#held.has(run.runId)) this.#note(`log: ${answer.status} ${answer.body}`);
    });
  }

  async #reportSteps(): Promise<void> {
    await this.#each(stepsSeconds, 1, async (run) => {
      run.sequence += 1;
      const step = {
        index: 1,
        name: 'Compile',
        state: 'running',
        exitCode: null,
        startedAt: new Date().toISOString(),
        endedAt: null,
      };
      const body = { claimId: run.claimId, sequence: run.sequence, steps: [step] };
      await this.#try(
        () => run.wire.call('POST', `/api/v1/runs/${run.runId}/steps`, body),
        () => this.#held.has(run.runId),
      );
      this.#counts.steps += 1;
    });
  }

  /** Once in so many seconds for this share of the runs, spread over the time. A run's own connection is used by one call at a time. */
  async #each(seconds: number, share: number, call: (run: Run) => Promise<void>): Promise<void> {
    const busy = new Set<Wire>();
    while (!this.#isOver) {
      const runs = [...this.#held.values()].filter((run) => run.runId % 1000 < share * 1000);
      const began = performance.now();
      for (const [place, run] of runs.entries()) {
        const due = began + (place * seconds * 1000) / runs.length;
        if (due > performance.now()) await pause(due - performance.now());
        if (this.#isOver) return;
        if (!this.#held.has(run.runId) || busy.has(run.wire)) continue;
        busy.add(run.wire);
        void this.#alone(run, call).finally(() => busy.delete(run.wire));
      }
      await pause(Math.max(1, began + seconds * 1000 - performance.now()));
    }
  }

  readonly #lines = new Map<Wire, Promise<void>>();

  /** After what goes on on this connection. */
  #alone(run: Run, call: (run: Run) => Promise<void>): Promise<void> {
    const before = this.#lines.get(run.wire) ?? Promise.resolve();
    const next = before.then(() => (this.#held.has(run.runId) ? call(run) : undefined));
    this.#lines.set(run.wire, next);
    return next;
  }

  async #submit(person: Wire, number: number, count: number): Promise<void> {
    // The lanes repeat with each push, as they do in a tree.
    if (number % lanes === 0 || this.#pipelineId === 0) {
      this.#pipelineId = await openPipeline(person, this.#house.pushId);
    }
    const jobs = Array.from({ length: count }, (_, index) => {
      const job = jobNamed(`fleet-${(number + index) % lanes}`, poolOf(number + index));
      this.#submittedAt.set(`${this.#pipelineId} ${job.name}`, performance.now());
      return job;
    });
    await person.call('POST', `/api/v1/pipelines/${this.#pipelineId}/jobs`, { jobs });
  }
  #pipelineId = 0;

  async #try<Result>(call: () => Promise<Result>, matters: () => boolean = () => true): Promise<Result | undefined> {
    try {
      return await call();
    } catch (error) {
      if (!this.#isOver && matters()) this.#note((error as Error).message.slice(0, 200));
      return undefined;
    }
  }

  #note(failure: string): void {
    this.#counts.failures += 1;
    this.#failures.set(failure, (this.#failures.get(failure) ?? 0) + 1);
  }
}

const poolOf = (number: number) => `pool-${number % fleet.pools}`;

/** Lines as compilers print them: compressible, not equal. */
function text(bytes: number): Buffer {
  const lines: string[] = [];
  for (let size = 0, number = 0; size < bytes; number += 1) {
    const line = `[${number}] cc -O2 -c -o obj/module-${(number * 7919) % 9973}.o src/module-${(number * 7919) % 9973}.c\n`;
    lines.push(line);
    size += line.length;
  }
  return Buffer.from(lines.join('')).subarray(0, bytes);
}
