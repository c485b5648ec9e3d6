// The data directory of `start`: made once, with a mark in it, so that nothing else is ever taken for it and removed.
import { existsSync, mkdirSync, readdirSync, realpathSync, statfsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { dataHome, type Environment } from '../directories.ts';
import { Mistake } from '../mistake.ts';

const mark = 'signalbox-data.json';

export const chooseData = (env: Environment, told: string | undefined, directory: string): string =>
  real(told ? resolve(directory, told) : dataHome(env));

export const isData = (data: string): boolean => existsSync(join(data, mark));

/** @throws Mistake when there is something else. */
export function openData(data: string): void {
  if (isData(data)) return;
  // A server that was run by itself (`signalbox serve`) has left its database and no mark: its data are ours too.
  const isServers = existsSync(join(data, 'postgres', 'cluster'));
  if (!isServers && existsSync(data) && readdirSync(data).length > 0) {
    const cure = 'Choose an empty or a new directory with --data.';
    throw new Mistake('usage', `${data} holds something, and no data of Signalbox.`, cure);
  }
  mkdirSync(data, { recursive: true, mode: 0o700 });
  writeFileSync(join(data, mark), `${JSON.stringify({ format: 1, madeAt: new Date().toISOString() })}\n`);
}

export function freeBytes(data: string): number {
  let place = data;
  while (!existsSync(place)) place = resolve(place, '..');
  const { bavail, bsize } = statfsSync(place);
  return bavail * bsize;
}

/** One name for one place, also when a link leads to it: locks and addresses go by it. */
export function real(path: string): string {
  if (existsSync(path)) return realpathSync(path);
  const parent = resolve(path, '..');
  return parent === path ? path : join(real(parent), path.slice(parent.length).replace(/^[/\\]/, ''));
}
