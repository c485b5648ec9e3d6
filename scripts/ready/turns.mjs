// Lets two runs of the same step in the same clone take turns, by a file that holds the process number of whose turn it is.
import { createHash } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { root, say } from './work.mjs';

/** @param {string} name @param {() => Promise<unknown>} step */
export async function takeTurns(name, step) {
  const clone = createHash('sha256').update(root).digest('hex').slice(0, 12);
  // Not in node_modules: an install may remove that.
  const turn = join(tmpdir(), `signalbox-ready-${clone}-${name}`);
  let told = false;
  while (!take(turn)) {
    if (!told) say(`waiting for another ${name} of this clone …`);
    told = true;
    await after(200);
  }
  try {
    await step();
  } finally {
    rmSync(turn, { force: true });
  }
}

/** The file appears whole or not at all: written aside, then linked. */
function take(turn) {
  const draft = `${turn}.${process.pid}`;
  writeFileSync(draft, String(process.pid));
  try {
    linkSync(draft, turn);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (!removeLeft(turn, draft)) return false;
  } finally {
    rmSync(draft, { force: true });
  }
  return take(turn);
}

/** A killed run leaves its file. It is renamed before it is removed: of two that see it only one can. True when it is gone. */
function removeLeft(turn, draft) {
  try {
    const holder = readFileSync(turn, 'utf8');
    if (lives(Number(holder))) return false;
    const aside = `${draft}.left`;
    renameSync(turn, aside);
    // Somebody else was quicker and this is a living one's: put it back.
    if (readFileSync(aside, 'utf8') !== holder) linkSync(aside, turn);
    rmSync(aside, { force: true });
  } catch (error) {
    if (error.code !== 'ENOENT' && error.code !== 'EEXIST') throw error;
  }
  return true;
}

function lives(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
