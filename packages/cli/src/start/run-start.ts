// `signalbox start`: a server, a worker and a sample on this machine, until somebody stops them.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Client, createClient } from '@signalbox/protocol/browser';
import { exitCode } from '../exit-codes.ts';
import { Mistake } from '../mistake.ts';
import { explain, type Output } from '../output.ts';
import { removeRunning, writeRunning } from '../running.ts';
import { makeSample } from '../sample.ts';
import type { Terminal } from '../terminal.ts';
import { type Children, createChildren } from './children.ts';
import { openData } from './data-directory.ts';
import { endPostgres } from './embedded-postgres.ts';
import { firstPassed } from './first-passed.ts';
import { choosePort } from './free-port.ts';
import { type Lock, takeLock } from './lock.ts';
import { awaitEnd } from './processes.ts';
import { awaitReady } from './ready.ts';
import { oldNode, slowly, welcome } from './say.ts';
import { isShown, showSample } from './show-sample.ts';
import { obeyPerson, stopChildren } from './stop.ts';

export type StartOptions = { readonly data: string; readonly port: number | undefined; readonly sample: boolean };

/** The local worker plays all of these, so that the sample's matrix runs, and so does what names no pool. */
const pools = ['default', 'linux', 'windows', 'macos'];
const capacity = 2;

/** @returns the exit code, once all is stopped. */
export async function runStart(terminal: Terminal, output: Output, options: StartOptions): Promise<number> {
  oldNode(output);
  openData(options.data);
  const stop = obeyPerson();
  const taken = await takeLock(options.data, stop.ask);
  if ('other' in taken) {
    stop.release();
    const where = taken.other.address ?? `(process ${taken.other.pid}, which is still starting)`;
    const cure = `Use it, or stop it: signalbox down --data ${options.data}`;
    throw new Mistake('conflict', `Signalbox is already running at ${where}`, cure);
  }
  const { lock, leftover } = taken;
  const children = createChildren(output, options.data, lock, stop.asked);
  try {
    // Children of a `start` that was killed stop by themselves; they may need a moment.
    if (leftover) await slowly(output, 'waiting for what was left of the last start', awaitEnd(leftover.children, 20));
    await run(terminal, output, options, lock, children, stop.asked);
  } finally {
    await stopChildren(output, children.all, stop.forced);
    // A server that was not asked but killed has left its PostgreSQL running.
    if (stop.forced.aborted) await endPostgres(options.data);
    removeRunning(terminal.env, options.data);
    lock.release();
    stop.release();
  }
  return exitCode('ok');
}

/** Starts everything, and returns when it is to be stopped. */
async function run(
  terminal: Terminal,
  output: Output,
  { data, port, sample }: StartOptions,
  lock: Lock,
  children: Children,
  asked: AbortSignal,
): Promise<void> {
  const withSample = sample && !(await isShown(data));
  // Made while the server starts.
  const making = withSample ? makeSample(data) : undefined;
  making?.catch(() => {});
  const listen = `127.0.0.1:${await choosePort(port)}`;
  const address = `http://${listen}`;
  const server = children.keep('server', ['serve', '--data', data, '--listen', listen], childEnvironment(terminal));
  await slowly(output, 'starting the server and its database', awaitReady(server, address, asked));
  if (asked.aborted) return;
  children.sayCrashes();
  lock.tell({ address });
  writeRunning(terminal.env, { address, data, startedAt: new Date().toISOString() });

  const client = createClient({ server: address });
  const passed = sayFirstPassed(output, client, asked);
  const tokenFile = join(data, 'worker-token');
  await slowly(output, 'waiting for the token of the worker', fileIsThere(tokenFile, asked));
  if (asked.aborted) return;
  const workerEnvironment = { ...standingBack, ...childEnvironment(terminal), SIGNALBOX_TOKEN_FILE: tokenFile };
  children.keep('worker', workerArguments(address, data), workerEnvironment);
  const tree = join(data, 'sample');
  welcome(output, terminal.env, {
    address,
    data,
    sampleTree: sample && (making || existsSync(tree)) ? tree : undefined,
  });
  if (making)
    await showSample(data, client, making, asked).catch((error: unknown) => sampleFailed(output, error, asked));
  await new Promise<void>((resolve) => {
    if (asked.aborted) resolve();
    else asked.addEventListener('abort', () => resolve(), { once: true });
  });
  await passed;
}

/** Steps are many and busy, and server and database are beside them on this machine: who looks on is answered first. */
const standingBack = { SIGNALBOX_WORKER_STEP_NICENESS: '10' };

const workerArguments = (address: string, data: string) => [
  'worker',
  ...['--server', address],
  ...['--name', 'local'],
  ...['--pools', pools.join(',')],
  ...['--capacity', String(capacity)],
  ...['--data', join(data, 'worker')],
  ...['--log', 'json'],
];

/** The flags say what these settings would: a `start` serves this machine alone, whatever the shell was set up for. */
function childEnvironment({ env }: Terminal): NodeJS.ProcessEnv {
  const { SIGNALBOX_LOGIN, SIGNALBOX_LISTEN, SIGNALBOX_DATA, SIGNALBOX_ROLES, ...rest } = env;
  const { SIGNALBOX_TOKEN, SIGNALBOX_TOKEN_FILE, SIGNALBOX_SERVER, ...kept } = rest;
  return { ...kept, SIGNALBOX_LOG_STYLE: 'json' };
}

async function sayFirstPassed(output: Output, client: Client, asked: AbortSignal): Promise<void> {
  if (await firstPassed(client, asked)) {
    output.line(output.style('green', `first job passed after ${process.uptime().toFixed(1)} s`));
  }
}

function sampleFailed(output: Output, error: unknown, asked: AbortSignal): void {
  if (asked.aborted) return;
  output.line(output.style('yellow', `The sample is not complete: ${explain(error).what}`));
  output.line('Everything else works; the next start tries again. Without it: signalbox start --no-sample');
}

async function fileIsThere(file: string, asked: AbortSignal): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!existsSync(file) && !asked.aborted) {
    if (performance.now() > deadline) throw new Mistake('other', `The server has not written ${file}.`);
    await pause(30);
  }
}
