// Lets a server or a worker die at a named place, starts it again, and demands that the job at hand ends as if nothing had been:
// passed, once, with its whole log and its artifact.
import { randomUUID } from 'node:crypto';
import { type Client, Refused } from '@signalbox/protocol';
import {
  type CrashPoint as ServerPoint,
  crashPoints as serverPoints,
  sql,
} from '../../packages/server/src/base/index.ts';
import { checkInvariants } from '../../packages/server/src/flow/invariants/index.ts';
import { type CrashPoint as WorkerPoint, crashPoints as workerPoints } from '../../packages/worker/src/crash-point.ts';
import { until } from '../kit/wait.ts';
import type { JobPlan } from './jobs.ts';
import { judge } from './judge.ts';
import { finished, hurry, sealed } from './mend.ts';
import { type Work, workOf } from './work.ts';
import { openWorld, type World } from './world.ts';

export type Place =
  | { readonly program: 'server'; readonly point: ServerPoint }
  | { readonly program: 'worker'; readonly point: WorkerPoint };

/** No job passes a purge (test/chaos/purge-crash.test.ts), or an S3 server that is not there (test/end-to-end/archive-in-s3.test.ts). */
const ofJobs = (Object.keys(serverPoints) as ServerPoint[]).filter((point) => !/^(purge|s3)-/.test(point));

export const places: readonly Place[] = [
  ...ofJobs.map((point) => ({ program: 'server', point }) as const),
  ...(Object.keys(workerPoints) as WorkerPoint[]).map((point) => ({ program: 'worker', point }) as const),
];

export type CrashYard = {
  /** @throws Error with what the processes printed, when the place is not reached or the job does not end as it should */
  crash(place: Place): Promise<void>;
  close(): Promise<void>;
};

/** The second one waits for the first: so its end frees another job, and a pipeline ends with a job that nothing waits for. */
const jobs: readonly JobPlan[] = [
  {
    name: 'first',
    pool: 'a',
    needs: [],
    hasArtifact: true,
    steps: [{ lines: 300, rests: 3, restMs: 100, exitCode: 0 }],
  },
  {
    name: 'second',
    pool: 'a',
    needs: ['first'],
    hasArtifact: false,
    steps: [{ lines: 20, rests: 0, restMs: 0, exitCode: 0 }],
  },
];

/** One server, one worker, one repository: for as many crashes as one likes. */
export async function openCrashYard(): Promise<CrashYard> {
  const world = await openWorld({
    servers: 1,
    workers: [['a']],
    capacity: 1,
    workerEnv: {
      SIGNALBOX_WORKER_FIRST_RENEWAL_MILLIS: '50',
      SIGNALBOX_WORKER_REPORT_MILLIS: '20',
      // Its small artifact comes as large ones do.
      SIGNALBOX_WORKER_ARTIFACT_RESUME_BYTES: '1',
    },
  });
  const work = await workOf(world, 0);
  await work.begin();
  await work.push(jobs);
  await until('the first pipeline', () => finished(world.db), { seconds: 60 });
  return {
    crash: (place) =>
      crash(world, work, place).catch((cause: Error) => {
        throw new Error(`${place.point}: ${cause.message}\n${world.lastWords()}`, { cause });
      }),
    async close() {
      await work.close();
      await world.close();
    },
  };
}

async function crash(world: World, work: Work, { program, point }: Place): Promise<void> {
  const server = world.servers[0]!.station;
  const worker = world.workers[0]!.station;
  const station = program === 'server' ? server : worker;
  const start = await startOnce(world, work);
  await station.kill9();
  await station.start({ CRASH_AT: point, ...provoking[point]?.env });
  const armed = station.program;
  if (provoking[point]?.restartsWorker) {
    await worker.kill9();
    await worker.start();
  } else {
    // The server may die of the call itself.
    await start(world.person(0)).catch(unlessRefused);
    if (provoking[point]?.losesWorker) {
      await until('a run', () => hasRun(world), { seconds: 30 });
      await worker.kill9();
    }
  }
  const end = await Promise.race([armed.ended, deadline(45)]);
  if (end?.signal !== 'SIGKILL') throw new Error(`${program} never came to ${point}`);
  await station.start();
  await worker.start();
  // Whoever has no answer asks again.
  await world.ask(start);
  await until('what was told to be heard', () => hurry(world.db, work.asked), { seconds: 60 });
  await until('the pipeline to end', () => finished(world.db), { seconds: 60 });
  await until('the logs to be sealed', () => sealed(world), { seconds: 60 });
  const { problems } = await judge(world, work.asked);
  const broken = (await checkInvariants(world.db, 0)).filter((report) => report.count > 0);
  if (problems.length > 0 || broken.length > 0) throw new Error(JSON.stringify([problems, broken], null, 1));
}

type Provoking = {
  readonly env?: Readonly<Record<string, string>>;
  readonly restartsWorker?: true;
  readonly losesWorker?: true;
};

/** What it takes to come to a place that a plain run does not pass. */
const provoking: { readonly [point: string]: Provoking } = {
  'worker-registered': { restartsWorker: true },
  'expire-before-commit': { losesWorker: true },
  'expire-committed': { losesWorker: true },
  // A result goes to disk when the server does not take it at once.
  'result-kept': { env: { SIGNALBOX_WORKER_SPOOL_MILLIS: '0' } },
} satisfies { readonly [Point in ServerPoint | WorkerPoint]?: Provoking };

/** A call that may be repeated: it starts one pipeline. */
async function startOnce(world: World, work: Work): Promise<(person: Client) => Promise<unknown>> {
  const [push] = await world.db.query<{ id: number }>(sql`select max(id) as id from push`);
  const requestId = randomUUID();
  work.asked.started.add(requestId);
  return (person) => person.call('start-pipeline', { params: { push: push!.id }, body: { requestId } });
}

function unlessRefused(error: unknown): void {
  if (error instanceof Refused) throw error;
}

async function hasRun(world: World): Promise<boolean> {
  const open = await world.db.query(sql`select 1 from run where ended_at is null and started_at is not null`);
  return open.length > 0;
}

function deadline(seconds: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), seconds * 1000).unref());
}
