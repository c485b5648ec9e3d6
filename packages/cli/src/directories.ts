// Where Signalbox keeps things of a person on this machine: data, state and configuration, after the XDG rules.
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

const isWindows = process.platform === 'win32';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What `start` keeps: database, archive, logs, the sample. */
export const dataHome = (env: Environment = process.env): string =>
  join(base(env, 'XDG_DATA_HOME', ['.local', 'share'], 'Local'), 'signalbox');

/** What is running now: which servers `start` has left addresses of. */
export const stateHome = (env: Environment = process.env): string =>
  // Windows has one folder for data and state; apart by name, so that removing the data leaves the state alone.
  join(base(env, 'XDG_STATE_HOME', ['.local', 'state'], 'Local'), isWindows ? 'signalbox-state' : 'signalbox');

/** What a person has set: tokens of servers. */
export const configHome = (env: Environment = process.env): string =>
  join(base(env, 'XDG_CONFIG_HOME', ['.config'], 'Roaming'), 'signalbox');

function base(env: Environment, variable: string, unix: readonly string[], windows: 'Local' | 'Roaming'): string {
  const told = env[variable];
  if (told) return resolve(told);
  if (!isWindows) return join(homedir(), ...unix);
  const folder = windows === 'Local' ? env['LOCALAPPDATA'] : env['APPDATA'];
  return folder ?? join(homedir(), 'AppData', windows);
}
