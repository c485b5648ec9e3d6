// A worker as a program of its own, as built, that a test can kill; and the processes that it leaves.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { until } from '../../../../test/kit/wait.ts';
import { type Settings, settingsTable } from '../../src/index.ts';
import { isAlive, type Owner } from '../../src/owner.ts';
import { quick } from './worker.ts';

export type WorkerProgram = {
  readonly child: ChildProcess;
  readonly said: string[];
  kill(signal: NodeJS.Signals): Promise<number | null>;
};

export type ProgramOptions = {
  readonly settings?: Partial<Settings>;
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** For Node itself. */
  readonly flags?: readonly string[];
};

const main = new URL('../../dist/main.js', import.meta.url).pathname;

export function program(
  { station, dataDir }: { readonly station: { readonly address: string }; readonly dataDir: string },
  options: ProgramOptions = {},
): WorkerProgram {
  const limits = Object.entries({ ...quick, ...options.settings }).map(([name, value]) => [
    settingsTable[name as keyof typeof settingsTable].env,
    String(value),
  ]);
  const args = [main, '--server', station.address, '--data', dataDir, '--name', 'program', ...(options.args ?? [])];
  const child = spawn(process.execPath, [...(options.flags ?? []), ...args], {
    env: {
      ...process.env,
      SIGNALBOX_TOKEN: 'sbw_a-token-in-the-environment',
      ...Object.fromEntries(limits),
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  child.stderr.on('data', (text: Buffer) => said.push(text.toString()));
  const exit = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exit;
    await endSupervisors(dataDir);
  });
  const started: WorkerProgram = {
    child,
    said,
    async kill(signal) {
      child.kill(signal);
      return (await exit)[0] as number | null;
    },
  };
  return started;
}

/** Process ids of the supervisors of a data directory that live. */
export function supervisorsOf(dataDir: string): number[] {
  const places = join(dataDir, 'supervisors');
  return namesIn(places).flatMap((name) => {
    const owner = recordOf(join(places, name))?.owner;
    return owner && isAlive(owner) ? [owner.processId] : [];
  });
}

/** They end what they hold, and themselves. */
export async function endSupervisors(dataDir: string): Promise<void> {
  for (const id of supervisorsOf(dataDir)) process.kill(id, 'SIGTERM');
  await until('the supervisors to end', () => supervisorsOf(dataDir).length === 0, { seconds: 20 });
}

/** The only run directory there is. */
export function runDirectoryIn(dataDir: string): string {
  const [name] = namesIn(join(dataDir, 'runs')).filter((each) => !each.endsWith('.lock'));
  if (!name) throw new Error('There is no run directory');
  return join(dataDir, 'runs', name);
}

export function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return []; // Not there yet, or any more.
  }
}

function recordOf(place: string): { owner: Owner } | null {
  try {
    return JSON.parse(readFileSync(join(place, 'record.json'), 'utf8'));
  } catch {
    return null; // It has just begun, or has just ended.
  }
}
