// PostgreSQL refuses to run as root. As root it is given a user namespace of its own (nothing on disk changes), or another user.
import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** How its programs are run: what stands before the command, and as whom. */
export type Identity = {
  readonly says: string;
  readonly prefix: readonly string[];
  readonly user: { readonly uid: number; readonly gid: number } | undefined;
};

const ourselves: Identity = { says: 'as this user', prefix: [], user: undefined };

/** The ways that work on this machine, the best first. */
export async function identities(wanted?: 'namespace' | 'user'): Promise<Identity[]> {
  if (process.platform === 'win32' || process.getuid?.() !== 0) return [ourselves];
  const found: Identity[] = [];
  if (wanted !== 'user' && (await canUnshare())) {
    found.push({ says: 'as root in a user namespace', prefix: ['unshare', '-U'], user: undefined });
  }
  if (wanted !== 'namespace') found.push(await ordinaryUser());
  if (found.length === 0) throw new Error('PostgreSQL refuses to run as root, and `unshare -U` does not work here');
  return found;
}

/** The command line of a program under an identity. */
export function commandOf(identity: Identity, program: string, args: readonly string[]): [string, string[]] {
  const [first, ...rest] = [...identity.prefix, program, ...args];
  return [first as string, rest];
}

/** Environment of its programs: nothing of ours that could change what they do (PGDATA, PGHOST, LC_*). */
export function programEnvironment(): NodeJS.ProcessEnv {
  const kept = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'TMP', 'SYSTEMROOT', 'SystemRoot', 'LD_LIBRARY_PATH'];
  const environment: NodeJS.ProcessEnv = { LC_ALL: 'C' };
  for (const name of kept) if (process.env[name] !== undefined) environment[name] = process.env[name];
  return environment;
}

/** In a namespace without any mapping root is nobody to every check, and still owns its files. Some containers forbid it. */
async function canUnshare(): Promise<boolean> {
  return execute('unshare', ['-U', 'true']).then(
    () => true,
    () => false,
  );
}

/** `postgres` where the system has that user, else nobody. */
async function ordinaryUser(): Promise<Identity> {
  const users = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const [name, uid, gid] = /^(postgres):[^:]*:(\d+):(\d+):/m.exec(users)?.slice(1) ?? ['nobody', '65534', '65534'];
  return { says: `as user ${name}`, prefix: [], user: { uid: Number(uid), gid: Number(gid) } };
}

/** Gives what lies there to the identity, when it belongs to somebody else. Only root can, and only root needs to. */
export async function giveTo(identity: Identity, path: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const owner = identity.user ?? { uid: 0, gid: 0 };
  if ((await stat(path)).uid === owner.uid) return;
  await execute('chown', ['-R', `${owner.uid}:${owner.gid}`, path]);
}
