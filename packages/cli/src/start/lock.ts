// One `start` a data directory: a file that names the holder, and a door on loopback at which the holder answers.
// The door says more than a process number could (those are given out again), and it works on every system.
import { randomUUID } from 'node:crypto';
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

export type Holder = {
  readonly pid: number;
  /** Where it answers, and the word that it wants to hear. */
  readonly door: string;
  readonly key: string;
  /** Its child processes, for whoever comes after it was killed. */
  readonly children: readonly number[];
  /** Of the server, once that is ready. */
  readonly address: string | null;
};

export type Lock = {
  /** Writes what others should know. */
  tell(facts: Partial<Pick<Holder, 'children' | 'address'>>): void;
  release(): void;
};

export const lockFile = (data: string): string => join(data, 'start.json');

/**
 * Takes the lock. `onStop` is called when `down` asks.
 * @returns `leftover` when the holder before was killed; `other` when somebody holds it now.
 */
export async function takeLock(
  data: string,
  onStop: () => void,
): Promise<{ lock: Lock; leftover: Holder | undefined } | { other: Holder }> {
  const key = randomUUID();
  const { door, close } = await openDoor(key, onStop);
  let holder: Holder = { pid: process.pid, door, key, children: [], address: null };
  let leftover: Holder | undefined;
  while (!create(data, holder)) {
    const { text, found } = await readWhole(data);
    if (found && (await answers(found))) {
      close();
      return { other: found };
    }
    leftover = found ?? leftover;
    takeAway(data, text);
  }
  return {
    leftover,
    lock: {
      tell(facts) {
        holder = { ...holder, ...facts };
        replace(data, holder);
      },
      release() {
        close();
        rmSync(lockFile(data), { force: true });
      },
    },
  };
}

/** Who holds it, alive or not. */
export async function readHolder(data: string): Promise<{ holder: Holder; alive: boolean } | undefined> {
  const { found } = await readWhole(data);
  return found && { holder: found, alive: await answers(found) };
}

export const askToStop = (holder: Holder): Promise<boolean> => knock(holder, 'POST');
const answers = (holder: Holder): Promise<boolean> => knock(holder, 'GET');

async function knock({ door, key }: Holder, method: 'GET' | 'POST'): Promise<boolean> {
  const headers = { authorization: `Bearer ${key}` };
  try {
    return (await fetch(door, { method, headers, signal: AbortSignal.timeout(3000) })).ok;
  } catch {
    // Nobody there: it was killed.
    return false;
  }
}

async function openDoor(key: string, onStop: () => void): Promise<{ door: string; close: () => void }> {
  const server: Server = createServer((request, response) => {
    const knows = request.headers.authorization === `Bearer ${key}`;
    response.writeHead(knows ? 204 : 404, { connection: 'close' }).end();
    if (knows && request.method === 'POST') onStop();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  // The door alone keeps nobody alive.
  server.unref();
  return {
    door: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** The creation of the file is the lock: one of two who try gets it. */
function create(data: string, holder: Holder): boolean {
  try {
    writeFileSync(lockFile(data), JSON.stringify(holder), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function replace(data: string, holder: Holder): void {
  const beside = `${lockFile(data)}.new`;
  writeFileSync(beside, JSON.stringify(holder), { mode: 0o600 });
  renameSync(beside, lockFile(data));
}

/** Takes the file of a dead holder away, unless somebody else was faster and it is a living one's now. */
function takeAway(data: string, text: string): void {
  const aside = `${lockFile(data)}.${process.pid}.${randomUUID()}`;
  try {
    renameSync(lockFile(data), aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (readFileSync(aside, 'utf8') !== text) renameSync(aside, lockFile(data));
  else rmSync(aside);
}

/** A file that is being written is read again; one that stays broken was left by a killed process. */
async function readWhole(data: string): Promise<{ text: string; found: Holder | undefined }> {
  for (let tries = 0; ; tries += 1) {
    const text = readIfThere(data);
    if (text === undefined) return { text: '', found: undefined };
    const found = parse(text);
    if (found || tries >= 20) return { text, found };
    await pause(50);
  }
}

function parse(text: string): Holder | undefined {
  try {
    return JSON.parse(text) as Holder;
  } catch {
    // Half written.
    return undefined;
  }
}

function readIfThere(data: string): string | undefined {
  try {
    return statSync(lockFile(data)).isFile() ? readFileSync(lockFile(data), 'utf8') : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
