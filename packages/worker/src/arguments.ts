// The command line of `signalbox worker`, its environment variables, and its help.
import { readFileSync } from 'node:fs';
import { homedir, hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type LogStyle, tell } from './own-log.ts';
import { readSettings, settingsTable } from './settings.ts';
import type { WorkerOptions } from './worker.ts';

export class UsageMistake extends Error {
  override name = 'UsageMistake';
}

export type Request = Omit<WorkerOptions, 'log' | 'env'> & { readonly logStyle: LogStyle };
type Env = Readonly<Record<string, string | undefined>>;

const options = {
  server: { type: 'string', multiple: true },
  token: { type: 'string' },
  pools: { type: 'string', default: 'default' },
  name: { type: 'string' },
  capacity: { type: 'string', default: '1' },
  cost: { type: 'string', default: '0' },
  data: { type: 'string' },
  log: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** @throws UsageMistake that says what to write instead */
export function readArguments(argv: readonly string[], env: Env): Request | 'help' {
  const values = parse(argv);
  if (values.help) return 'help';
  return {
    servers: readServers(values.server ?? [], env),
    token: readToken(values.token, env),
    pools: readPools(values.pools),
    name: readName(values.name),
    capacity: readWhole('capacity', values.capacity, 1),
    cost: readWhole('cost', values.cost, 0),
    dataDir: resolve(values.data ?? dataHome(env)),
    settings: usage(() => readSettings(env)),
    logStyle: readLogStyle(values.log),
  };
}

function parse(argv: readonly string[]) {
  return usage(() => parseArgs({ args: [...argv], options, strict: true }).values);
}

function readWhole(name: string, given: string, least: number): number {
  const number = Number(given);
  if (!/^\d+$/.test(given) || number < least || number > 1_000) {
    throw new UsageMistake(`--${name} is "${given}"; it must be a whole number from ${least} to 1000`);
  }
  return number;
}

function readServers(given: readonly string[], env: Env): string[] {
  const listed = (given.length > 0 ? given : [env['SIGNALBOX_SERVER'] ?? '']).flatMap((list) => list.split(','));
  const servers = listed.map((server) => server.trim().replace(/\/+$/, '')).filter((server) => server !== '');
  if (servers.length === 0) throw new UsageMistake('say which server: --server http://127.0.0.1:8080');
  for (const server of servers) {
    if (!URL.canParse(server) || !/^https?:/.test(server)) {
      throw new UsageMistake(`--server "${server}" is not an address; write it as https://ci.example.org`);
    }
  }
  return servers;
}

function readToken(given: string | undefined, env: Env): string | undefined {
  if (given) return given;
  if (env['SIGNALBOX_TOKEN']) return env['SIGNALBOX_TOKEN'];
  const file = env['SIGNALBOX_TOKEN_FILE'];
  if (!file) return undefined;
  try {
    return readFileSync(file, 'utf8').trim() || undefined;
  } catch (cause) {
    throw new UsageMistake(`SIGNALBOX_TOKEN_FILE names ${file}, which cannot be read: ${tell(cause)}`, { cause });
  }
}

function readPools(list: string): string[] {
  const pools = [...new Set(list.split(',').map((pool) => pool.trim()))].filter((pool) => pool !== '');
  const wrong = pools.find((pool) => !/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(pool));
  if (pools.length === 0 || wrong !== undefined) {
    throw new UsageMistake(
      `--pools is "${list}"; write names of letters, digits, dot and dash: --pools linux,linux-gpu`,
    );
  }
  return pools;
}

function readName(given: string | undefined): string {
  const pattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
  if (given !== undefined && !pattern.test(given)) {
    throw new UsageMistake(`--name is "${given}"; letters, digits, dot, dash and underscore are allowed, 100 at most`);
  }
  const host = hostname()
    .replace(/[^A-Za-z0-9._-]/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 100);
  return given ?? (host || 'worker');
}

function dataHome(env: Env): string {
  if (process.platform === 'win32' && env['LOCALAPPDATA']) return join(env['LOCALAPPDATA'], 'signalbox', 'worker');
  return join(env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state'), 'signalbox', 'worker');
}

function readLogStyle(given: string | undefined): LogStyle {
  if (given === 'json' || given === 'plain' || given === 'pretty') return given;
  if (given !== undefined) throw new UsageMistake(`--log is "${given}"; choose plain, pretty or json`);
  return process.stderr.isTTY && !process.env['NO_COLOR'] ? 'pretty' : 'plain';
}

function usage<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (cause) {
    throw new UsageMistake(`${tell(cause)}\nSee: signalbox worker --help`, { cause });
  }
}

const limits = Object.values(settingsTable)
  .map(({ env, usual, sentence }) => `  ${env}\n      ${sentence} Usual: ${usual}.`)
  .join('\n');

export const help = `Usage: signalbox worker --server URL [options]

Takes runs from a Signalbox server and runs their steps on this machine.

  --server URL     address of the server; a comma list, or several: the next one is tried when one does not answer
                   (or SIGNALBOX_SERVER)
  --token TOKEN    a worker token; better in SIGNALBOX_TOKEN, or in a file named by SIGNALBOX_TOKEN_FILE
  --pools A,B      pools that it serves (default: default)
  --name NAME      its name; the same name is the same worker (default: the name of this machine)
  --capacity N     runs at once (default: 1)
  --cost N         how dear this worker is beside others of its pools, 0 to 1000 (default: 0): jobs wait for a cheaper
                   one for as long as the wait budget of the pool allows
  --data DIR       where checkouts, mirrors and unsent logs are
                   (default: $XDG_STATE_HOME/signalbox/worker, ~/.local/state/signalbox/worker)
  --log STYLE      plain, pretty or json (default: pretty on a terminal, else plain)
  -h, --help       this text

Examples:
  signalbox worker --server http://127.0.0.1:8080
  SIGNALBOX_TOKEN_FILE=/etc/signalbox/token signalbox worker --server https://ci.example.org --pools linux,linux-big --capacity 4

SIGTERM or Ctrl-C drains: no more runs are taken, those in hand are finished. A second one ends them; they are tried
again elsewhere. SIGUSR2 hands over: it ends at once, the runs go on, and the next start with the same --data and --name
takes them up, as it does after a crash. On Windows, runs end with the worker.

Limits, each an environment variable:
${limits}
`;
