// Which servers `start` runs on this machine: one small file each in the state directory, so that every other command
// finds the address without being told. `start` writes and removes it; a killed one leaves it, which does no harm.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Environment, stateHome } from './directories.ts';

export type Running = { readonly address: string; readonly data: string; readonly startedAt: string };

/** In the data directory: its address alone. */
const addressFile = 'address';

/** The running ones, newest first. */
export function listRunning(env: Environment): Running[] {
  const folder = folderOf(env);
  return names(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => read(join(folder, name)))
    .filter((one) => one !== undefined)
    .sort((a, b) => b.startedAt.localeCompare(a.startedAt));
}

/** The one with this data directory, whoever asks: a hook may run as another person than `start`. */
export function addressOf(data: string): string | undefined {
  try {
    return readFileSync(join(data, addressFile), 'utf8').trim() || undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

export function writeRunning(env: Environment, running: Running): void {
  const file = fileOf(env, running.data);
  mkdirSync(folderOf(env), { recursive: true });
  writeFileSync(`${file}.new`, `${JSON.stringify(running)}\n`);
  renameSync(`${file}.new`, file);
  writeFileSync(join(running.data, addressFile), `${running.address}\n`);
}

/** Takes the file away, and the folders that held nothing else. */
export function removeRunning(env: Environment, data: string): void {
  rmSync(fileOf(env, data), { force: true });
  rmSync(join(data, addressFile), { force: true });
  for (const folder of [folderOf(env), stateHome(env)]) {
    if (names(folder).length > 0) return;
    try {
      rmdirSync(folder);
    } catch (error) {
      // Somebody wrote into it, or it is gone: either is well.
      if (!['ENOTEMPTY', 'ENOENT', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
}

const folderOf = (env: Environment) => join(stateHome(env), 'running');
const fileOf = (env: Environment, data: string) =>
  join(folderOf(env), `${createHash('sha256').update(resolve(data)).digest('hex').slice(0, 16)}.json`);

function names(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function read(file: string): Running | undefined {
  try {
    const value = JSON.parse(readFileSync(file, 'utf8')) as Partial<Running>;
    const { address, data, startedAt } = value;
    return address && data && startedAt ? { address, data, startedAt } : undefined;
  } catch {
    // Absent, or half written by a process that was killed: as if nothing ran.
    return undefined;
  }
}
