// What `signalbox doctor` looks at: each check says in one line how it stands and, when it is wrong, what to do.
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import type { Client, Session } from '@signalbox/protocol/browser';
import type { Address } from './connect.ts';
import type { Environment } from './directories.ts';
import { git } from './git.ts';
import { hasBlock } from './hook-text.ts';
import { listHooks } from './hooks-kept.ts';
import { explain } from './output.ts';
import { listRunning } from './running.ts';
import { chooseData, freeBytes } from './start/data-directory.ts';
import { bytes } from './words.ts';

export type Finding = {
  readonly check: string;
  readonly state: 'ok' | 'note' | 'wrong';
  readonly what: string;
  readonly cure: string | null;
};

const leastFreeBytes = 1024 ** 3;

export function checkNode(version = process.versions.node): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    return wrong('node', `Node ${version} is too old`, 'Install Node 24: https://nodejs.org');
  }
  if (major < 22)
    return note('node', `Node ${version} works, but is out of support`, 'Install Node 24: https://nodejs.org');
  return ok('node', `Node ${version}`);
}

export async function checkGit(): Promise<Finding> {
  try {
    const said = await git(homedir(), ['--version']);
    const [, major = '0', minor = '0'] = /(\d+)\.(\d+)/.exec(said) ?? [];
    const isNew = Number(major) > 2 || (Number(major) === 2 && Number(minor) >= 28);
    return isNew
      ? ok('git', said)
      : wrong('git', `${said} is too old`, 'Install 2.28 or later: https://git-scm.com/downloads');
  } catch (error) {
    const { what, cure } = explain(error);
    return wrong('git', what, cure ?? 'Install it: https://git-scm.com/downloads');
  }
}

export function checkData(env: Environment, told: string | undefined, directory: string): Finding {
  const data = chooseData(env, told ?? listRunning(env)[0]?.data, directory);
  const free = freeBytes(data);
  if (free < leastFreeBytes) {
    return wrong('data', `${data} has ${bytes(free)} free`, 'Make room, or move it: signalbox start --data DIR');
  }
  if (!existsSync(data)) return ok('data', `${data} is not there yet; ${bytes(free)} free`);
  try {
    accessSync(data, constants.R_OK | constants.W_OK);
    return ok('data', `${data}, ${bytes(free)} free`);
  } catch {
    // The only way in which this fails.
    return wrong('data', `${data} may not be written by you`, 'Choose another with --data, or change its owner.');
  }
}

/** Whether the server answers, is ready (its PostgreSQL answers), and is as new as this command. */
export async function checkServer(client: Client, { from }: Address, own: string): Promise<Finding[]> {
  const start = 'Start one: signalbox start. Or name another with --server.';
  let session: Session;
  try {
    session = await client.call('get-session', {});
  } catch (error) {
    return [
      wrong('server', explain(error).what, from === 'told' || from === 'set' ? `Is ${client.server} right?` : start),
    ];
  }
  const version =
    session.version === own
      ? ok('server', `${client.server}, version ${own}`)
      : wrong(
          'server',
          `${client.server} is version ${session.version}, this command is ${own}`,
          'Install the same version.',
        );
  return [version, ...(await checkReadiness(client.server))];
}

/** Its database, and the disks that it writes to; a server of an earlier version says nothing of those. */
async function checkReadiness(server: string): Promise<Finding[]> {
  const cure = 'Look at the log of the server: logs/server.log in its data directory.';
  try {
    const answer = await fetch(`${server}/readyz`, { signal: AbortSignal.timeout(10_000) });
    const said = (await answer.json()) as { why?: string; disk?: string };
    if (!answer.ok) return [wrong('postgresql', said.why ?? 'does not answer', cure)];
    return [ok('postgresql', 'answers'), ...checkDisk(said.disk)];
  } catch (error) {
    return [wrong('postgresql', explain(error).what, cure)];
  }
}

function checkDisk(disk: string | undefined): Finding[] {
  const room = 'Make room on the disk of its data directory: old logs and artifacts are in archive.';
  if (disk === 'well') return [ok('disk', 'of the server: has room')];
  if (disk === 'low') return [wrong('disk', 'of the server: nearly full, artifacts wait at their workers', room)];
  if (disk === 'full') return [wrong('disk', 'of the server: full, no new run begins', room)];
  return [];
}

export async function checkWorkers(client: Client): Promise<Finding[]> {
  const [{ items: workers }, { items: pools }] = await Promise.all([
    client.call('list-workers', {}),
    client.call('list-pools', {}),
  ]);
  const there = workers.filter((one) => one.state === 'idle' || one.state === 'busy');
  const starved = pools.filter((pool) => pool.ready > 0 && pool.workers === 0);
  const cure = `Start one: SIGNALBOX_TOKEN_FILE=FILE signalbox worker --server ${client.server}`;
  return [
    there.length > 0
      ? ok('workers', there.map((one) => `${one.name} (${one.state})`).join(', '))
      : wrong('workers', workers.length > 0 ? 'none is there now' : 'there has never been one', cure),
    ...starved.map((pool) =>
      wrong('pool', `${pool.name} has no worker; ${pool.ready} jobs wait`, `${cure} --pools ${pool.name}`),
    ),
  ];
}

/** Every sentence that must always be true of the server's database: one finding each. */
export async function checkInvariants(client: Client): Promise<Finding[]> {
  const { items } = await client.call('check-invariants', {});
  return items.map(({ name, sentence, count, offending, cure }) => {
    if (count === 0) return ok('invariant', `${name}: ${sentence}`);
    const more = count > offending.length ? ` … and ${count - offending.length} more` : '';
    return wrong('invariant', `${name}: ${sentence} Not so: ${offending.join('; ')}${more}`, cure);
  });
}

/** The hooks that `add` put in: still there, and calling a program that is still there? */
export function checkHooks(data: string): Finding[] {
  return listHooks(data).map(({ name, file }) => {
    const again = `Put it in again: signalbox add PATH --name ${name}`;
    if (!existsSync(file)) return wrong('hook', `${file} is gone`, again);
    const text = readFileSync(file, 'utf8');
    if (!hasBlock(text, name)) return wrong('hook', `${file} has lost our lines`, again);
    const gone = [...text.matchAll(/(?:^|\| )'?((?:[A-Za-z]:)?\/[^\s']+)/gm)].map(([, path = '']) => path);
    const missing = gone.find((path) => !existsSync(path));
    return missing ? wrong('hook', `${file} calls ${missing}, which is gone`, again) : ok('hook', file);
  });
}

const ok = (check: string, what: string): Finding => ({ check, state: 'ok', what, cure: null });
const note = (check: string, what: string, cure: string): Finding => ({ check, state: 'note', what, cure });
const wrong = (check: string, what: string, cure: string): Finding => ({ check, state: 'wrong', what, cure });
