// A lock between the worker processes of one machine: a file that names its owner. The lock of a dead owner is broken.

import { randomUUID } from 'node:crypto';
import { link, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { codeOf } from './errors.ts';
import { isAlive, type Owner, thisProcess } from './owner.ts';
import { pause } from './server-link.ts';

export type Release = () => Promise<void>;

const pollMillis = 50;
/** Breaking a lock takes a moment; who has not finished after this has died over it. */
const breakMillis = 10_000;

/** Null when somebody alive holds it. */
export async function tryLock(path: string): Promise<Release | null> {
  if (await create(path)) return () => rm(path, { force: true });
  if (!(await isStale(path))) return null;
  // Of several that want to break it, one may: else one would remove the new lock of another.
  const breaking = `${path}.breaking`;
  if (!(await create(breaking))) {
    if (await isOld(breaking)) await rm(breaking, { force: true });
    return null;
  }
  try {
    if (await isStale(path)) await rm(path, { force: true });
  } finally {
    await rm(breaking, { force: true });
  }
  return (await create(path)) ? () => rm(path, { force: true }) : null;
}

/** @throws the signal's reason */
export async function lock(path: string, signal: AbortSignal): Promise<Release> {
  for (;;) {
    const release = await tryLock(path);
    if (release) return release;
    await pause(pollMillis * (0.5 + Math.random()), signal);
  }
}

/** The file appears with its content or not at all, so that nobody reads half an owner. */
async function create(path: string): Promise<boolean> {
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, JSON.stringify(thisProcess()));
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function isStale(path: string): Promise<boolean> {
  try {
    return !isAlive(JSON.parse(await readFile(path, 'utf8')) as Owner);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    if (error instanceof SyntaxError) return isOld(path);
    throw error;
  }
}

async function isOld(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found !== null && Date.now() - found.mtimeMs > breakMillis;
}
