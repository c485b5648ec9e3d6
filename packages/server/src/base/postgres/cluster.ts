// Makes the database cluster with initdb, once: in a draft directory that is renamed when it is whole, so no start sees half of one.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Binaries } from './binaries.ts';
import type { Place } from './place.ts';
import { isAlive } from './processes.ts';
import { commandOf, giveTo, type Identity, programEnvironment } from './unprivileged.ts';

const execute = promisify(execFile);

type Choices = { readonly durable: boolean; readonly transport: 'socket' | 'tcp' };

export async function makeCluster(
  place: Place,
  binaries: Binaries,
  identity: Identity,
  choices: Choices,
): Promise<void> {
  await waitForOtherDraft(place);
  if ((await clusterMajor(place)) === undefined) await makeDraft(place, binaries, identity, choices);
  await mkdir(place.logDirectory, { recursive: true, mode: 0o700 });
}

/** The major version that made the cluster; undefined when there is none yet. */
export async function clusterMajor(place: Place): Promise<number | undefined> {
  try {
    return Number.parseInt(await readFile(join(place.cluster, 'PG_VERSION'), 'utf8'), 10);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    if (code === 'EACCES') {
      throw new Error(`${place.cluster} belongs to another user: start as that user, or as root`, { cause: error });
    }
    throw error;
  }
}

async function makeDraft(place: Place, binaries: Binaries, identity: Identity, choices: Choices): Promise<void> {
  const draft = join(place.directory, `draft-${process.pid}-${randomBytes(4).toString('hex')}`);
  await mkdir(draft, { mode: 0o700 });
  try {
    await giveTo(identity, draft);
    await initialize(draft, place, binaries, identity, choices);
    await writeFile(join(draft, 'pg_hba.conf'), accessRules[choices.transport]);
    // Ours after what initdb chose for this machine; a person's own after ours. Names are relative: the directory may be moved.
    await appendFile(
      join(draft, 'postgresql.conf'),
      "\ninclude_if_exists = 'signalbox.conf'\ninclude_if_exists = '../own.conf'\n",
    );
    await rename(draft, place.cluster);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    // Another start was first: its cluster is the one.
    if ((await clusterMajor(place)) === undefined) throw error;
  }
}

const accessRules = {
  // The socket's directory lets nobody else in.
  socket: 'local all all trust\n',
  tcp: 'host all all 127.0.0.1/32 scram-sha-256\n',
} as const;

async function initialize(
  draft: string,
  place: Place,
  binaries: Binaries,
  identity: Identity,
  choices: Choices,
): Promise<void> {
  const options = [`--pgdata=${draft}`, '--username=signalbox', '--encoding=UTF8', '--no-locale', '--data-checksums'];
  // The same order of text on every system, whatever its C library thinks.
  if (binaries.major >= 17) options.push('--locale-provider=builtin', '--builtin-locale=C.UTF-8');
  if (!choices.durable) options.push('--no-sync');
  if (choices.transport === 'tcp') {
    await writeFile(place.passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600, flag: 'wx' }).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error;
      },
    );
    await giveTo(identity, place.passwordFile);
    options.push('--auth=scram-sha-256', `--pwfile=${place.passwordFile}`);
  } else options.push('--auth=trust');
  const program = join(binaries.directory, process.platform === 'win32' ? 'initdb.exe' : 'initdb');
  const [command, args] = commandOf(identity, program, options);
  try {
    await execute(command, args, {
      ...identity.user,
      cwd: process.platform === 'win32' ? place.directory : '/',
      env: programEnvironment(),
      timeout: 300_000,
    });
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    const hint = identity.user
      ? ` It ran ${identity.says}, who must be able to enter ${place.directory}: put the data elsewhere, or start as an ordinary user.`
      : '';
    throw new Error(`initdb could not make ${place.cluster}: ${(stderr || message).trim()}.${hint}`, { cause: error });
  }
}

/** Two starts at once would both be right, but one initdb is enough: wait while another process makes a draft. */
async function waitForOtherDraft(place: Place): Promise<void> {
  for (;;) {
    const names = await readdir(place.directory);
    if (names.includes('cluster')) return;
    let other = false;
    for (const name of names) {
      const pid = Number(/^draft-(\d+)-/.exec(name)?.[1] ?? Number.NaN);
      if (Number.isNaN(pid)) continue;
      if (await isAlive(pid)) other = true;
      else await rm(join(place.directory, name), { recursive: true, force: true });
    }
    if (!other) return;
    await after(50);
  }
}
