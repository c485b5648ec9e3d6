// What processes cost, read from /proc: processor time and memory, of one or of a whole family. Linux only.
import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks a second; 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;

type Stat = { pid: number; parent: number; cpuSeconds: number; waitedForSeconds: number };

/** Processor seconds of a process itself, in user and system mode. */
export function cpuSeconds(pid: number): number {
  return readStat(pid)?.cpuSeconds ?? 0;
}

/** Of a process, its descendants, and those of them that have ended and were waited for. */
export function familyCpuSeconds(pid: number): number {
  const stats = readdirSync('/proc').flatMap((entry) => (/^\d+$/.test(entry) ? (readStat(Number(entry)) ?? []) : []));
  const family = new Set([pid]);
  for (let size = 0; size !== family.size; ) {
    size = family.size;
    for (const stat of stats) if (family.has(stat.parent)) family.add(stat.pid);
  }
  return stats
    .filter((stat) => family.has(stat.pid))
    .reduce((sum, stat) => sum + stat.cpuSeconds + stat.waitedForSeconds, 0);
}

/** Resident memory in megabytes (10^6 bytes). */
export function residentMb(pid: number): number {
  const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Math.round((Number(line?.[1] ?? 0) * 1024) / 1e6);
}

/** Processor seconds of this machine since its start: all, and those that its host gave to other machines while this one wanted them. */
export function machineSeconds(): { readonly all: number; readonly stolen: number } {
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
  const ticks = line.trim().split(/\s+/).slice(1, 9).map(Number);
  return { all: ticks.reduce((sum, each) => sum + each, 0) / ticksPerSecond, stolen: (ticks[7] ?? 0) / ticksPerSecond };
}

/** Processes whose command line holds all of these words. */
export function findProcesses(...words: readonly string[]): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => words.every((word) => commandLine(pid).includes(word)));
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return ''; // It has ended meanwhile.
  }
}

function readStat(pid: number): Stat | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined; // It has ended meanwhile.
  }
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  return {
    pid,
    parent: fields[1]!,
    cpuSeconds: (fields[11]! + fields[12]!) / ticksPerSecond,
    waitedForSeconds: (fields[13]! + fields[14]!) / ticksPerSecond,
  };
}
