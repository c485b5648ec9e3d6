// A directory that belongs to this process alone (pipes, spare directories); those of dead processes are removed.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, type Owner, thisProcess } from '../owner.ts';

let count = 0;

export function makeOwnPlace(dataDir: string): string {
  const places = join(dataDir, 'processes');
  mkdirSync(places, { recursive: true });
  for (const name of readdirSync(places)) {
    const owner = ownerOf(join(places, name));
    if (owner && !isAlive(owner)) rmSync(join(places, name), { recursive: true, force: true });
  }
  const place = join(places, `${process.pid}-${Date.now()}-${count++}`);
  mkdirSync(place);
  writeFileSync(join(place, 'owner.json'), JSON.stringify(thisProcess()));
  return place;
}

function ownerOf(place: string): Owner | null {
  try {
    return JSON.parse(readFileSync(join(place, 'owner.json'), 'utf8')) as Owner;
  } catch {
    return null; // Being made just now by another process.
  }
}
