// Starts a supervisor of steps: a process of its own that outlives this one. On Windows, where a process cannot outlive its
// job object in a way that we could test, the supervisor lives in this process, and its runs end with it.
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type OwnLog, tell } from '../own-log.ts';
import { thisProcess } from '../owner.ts';
import { localChannels, socketChannel } from '../supervisor/channel.ts';
import type { Ask, Tell } from '../supervisor/messages.ts';
import { complaintsOf, makePlace, removePlace, writeStarting } from '../supervisor/place.ts';
import { Supervisor } from '../supervisor/supervisor.ts';
import { standBack } from './stand-back.ts';
import { SupervisorLink } from './supervisor-link.ts';

export type SupervisorStart = {
  readonly dataDir: string;
  /** For pipes, when the supervisor lives in this process. */
  readonly ownPlace: string;
  /** Program and arguments; null: in this process. */
  readonly command: readonly string[] | null;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: OwnLog;
  /** How far its steps stand back behind others on the machine. */
  readonly niceness: number;
};

/** How a supervisor is started beside this very file, built or as source. */
export function usualCommand(): readonly string[] | null {
  if (process.platform === 'win32') return null;
  const isSource = import.meta.url.endsWith('.ts');
  const entry = fileURLToPath(new URL(`../supervisor/main.${isSource ? 'ts' : 'js'}`, import.meta.url));
  // With young objects in little room it stays small, and starting a step cheap (62 MB against 73 MB after 1,000 runs).
  return [process.execPath, '--max-semi-space-size=1', ...(isSource ? process.execArgv : []), entry];
}

export function startSupervisor(start: SupervisorStart): SupervisorLink {
  return start.command ? startProcess(start, start.command) : startWithin(start);
}

function startWithin({ ownPlace, log }: SupervisorStart): SupervisorLink {
  const [ours, its] = localChannels<Ask, Tell>();
  const supervisor = new Supervisor({
    pipesDirectory: join(ownPlace, 'step-pipes'),
    sign: null,
    onIdle: () => undefined,
    onFault: (error) => log.warn(`The supervisor of the steps failed: ${tell(error)}`),
  });
  supervisor.attach(its);
  return new SupervisorLink(ours, null);
}

function startProcess({ dataDir, env, log, niceness }: SupervisorStart, command: readonly string[]): SupervisorLink {
  const place = makePlace(dataDir);
  const [program = '', ...args] = command;
  // CRASH_AT is for the worker; a token is for nobody else.
  const { SIGNALBOX_TOKEN, CRASH_AT, ...seen } = env;
  // Its complaints go to a file: at the end of a pipe of ours it would keep our readers waiting, and lose its own.
  const complaints = openSync(complaintsOf(place), 'a', 0o600);
  const child = spawn(program, [...args, place, JSON.stringify(thisProcess())], {
    env: seen,
    stdio: ['ignore', 'ignore', complaints, 'pipe'],
    detached: true,
  });
  closeSync(complaints);
  child.unref();
  if (child.pid) {
    writeStarting(place, child.pid);
    standBack(child.pid, niceness);
  }
  const socket = child.stdio[3] as Socket | null | undefined;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()).once('error', () => resolve()));
  const link = new SupervisorLink(socketChannel(socket ?? new Socket().destroy()), basename(place), ended);
  child.once('error', (error) => log.warn(`The supervisor of the steps cannot be started: ${tell(error)}`));
  child.once('exit', (_code, signal) => {
    if (link.isClosed) return;
    const said = readComplaints(place);
    log.warn(`The supervisor of the steps ended${signal ? ` by ${signal}` : ''}${said ? `: ${said}` : ''}`);
    removePlace(place);
  });
  return link;
}

function readComplaints(place: string): string {
  try {
    return readFileSync(complaintsOf(place), 'utf8').slice(-2_000).trim();
  } catch {
    return ''; // The directory was removed.
  }
}
