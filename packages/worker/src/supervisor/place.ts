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
import { type Owner, thisProcess } from '../owner.ts';

export type SupervisorRecord = {
  readonly protocol: number;
  readonly owner: Owner;
  /** The worker process that has started it. */
  readonly worker: Owner;
  /** Of its socket. */
  readonly address: string;
};

export type Place = { readonly path: string; readonly record: SupervisorRecord | null; readonly ageMillis: number };

/** The system's limit for the path of a socket is 104 bytes on macOS, 108 on Linux. */
const mostAddressBytes = 100;
const mode = 0o700;

const placesOf = (dataDir: string) => join(dataDir, 'supervisors');
export const recordOf = (place: string) => join(place, 'record.json');
/** What it says when something goes wrong that it cannot tell a worker. */
export const complaintsOf = (place: string) => join(place, 'complaints.txt');

/** A new one, for a supervisor that is about to be started. */
export function makePlace(dataDir: string): string {
  const places = placesOf(dataDir);
  mkdirSync(places, { recursive: true, mode });
  return mkdtempSync(join(places, `${process.pid}-`));
}

export function listPlaces(dataDir: string): Place[] {
  return namesIn(placesOf(dataDir)).flatMap((name) => {
    const path = join(placesOf(dataDir), name);
    const found = statSync(path, { throwIfNoEntry: false });
    return found ? [{ path, record: readRecord(path), ageMillis: Date.now() - found.mtimeMs }] : [];
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

function readRecord(place: string): SupervisorRecord | null {
  try {
    return JSON.parse(readFileSync(recordOf(place), 'utf8')) as SupervisorRecord;
  } catch {
    return null; // It is being started just now, or has died before it was there.
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return []; // No worker has run here yet.
  }
}
