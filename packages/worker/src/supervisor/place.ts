// Where a supervisor of steps lives on disk: a directory that only its user may enter, with its socket and a record of who
// it is, so that a worker that is started later finds it.
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Owner, ownerOf, thisProcess } from '../owner.ts';

export type SupervisorRecord = {
  readonly protocol: number;
  readonly owner: Owner;
  /** The worker process that has started it. */
  readonly worker: Owner;
  /** Of its socket. */
  readonly address: string;
};

export type Place = {
  readonly path: string;
  readonly record: SupervisorRecord | null;
  /** It has been started, and may not have got as far as to write its record. */
  readonly starting: Owner | null;
  readonly ageMillis: number;
};

/** The system's limit for the path of a socket is 104 bytes on macOS, 108 on Linux. */
const mostAddressBytes = 100;
const mode = 0o700;

const placesOf = (dataDir: string) => join(dataDir, 'supervisors');
const startingOf = (place: string) => join(place, 'starting.json');
export const recordOf = (place: string) => join(place, 'record.json');
/** What it says when something goes wrong that it cannot tell a worker. */
export const complaintsOf = (place: string) => join(place, 'complaints.txt');

/** A new one, for a supervisor that is about to be started. */
export function makePlace(dataDir: string): string {
  const places = placesOf(dataDir);
  mkdirSync(places, { recursive: true, mode });
  return mkdtempSync(join(places, `${process.pid}-`));
}

/** What its worker knows of it before it says anything itself. */
export function writeStarting(place: string, processId: number): void {
  writeFileSync(startingOf(place), JSON.stringify(ownerOf(processId)), { mode: 0o600 });
}

export function listPlaces(dataDir: string): Place[] {
  return namesIn(placesOf(dataDir)).flatMap((name) => {
    const path = join(placesOf(dataDir), name);
    const found = statSync(path, { throwIfNoEntry: false });
    if (!found) return [];
    const starting = readJson<Owner>(startingOf(path));
    return [{ path, record: readRecord(path), starting, ageMillis: Date.now() - found.mtimeMs }];
  });
}

export function writeRecord(place: string, parts: Omit<SupervisorRecord, 'owner'>): void {
  const record: SupervisorRecord = { ...parts, owner: thisProcess() };
  writeFileSync(`${recordOf(place)}.draft`, JSON.stringify(record), { mode: 0o600 });
  renameSync(`${recordOf(place)}.draft`, recordOf(place));
}

/** Beside the record, or in a directory of its own where that path would be too long. */
export function chooseAddress(place: string): string {
  const near = join(place, 's');
  return Buffer.byteLength(near) <= mostAddressBytes ? near : join(mkdtempSync(join(tmpdir(), 'signalbox-')), 's');
}

export function removePlace(place: string, address = readRecord(place)?.address): void {
  if (address && dirname(address) !== place) rmSync(dirname(address), { recursive: true, force: true });
  rmSync(place, { recursive: true, force: true });
}

/** Null while it is being started, or if it has died before it was there. */
export function readRecord(place: string): SupervisorRecord | null {
  return readJson<SupervisorRecord>(recordOf(place));
}

function readJson<Value>(path: string): Value | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Value;
  } catch {
    return null; // Not there, or not whole yet.
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return []; // No worker has run here yet.
  }
}
