// How to run this very command again: for child processes of `start` and for the hooks of git.
import { fileURLToPath } from 'node:url';

/** Works from dist and from src, since both lie one folder below the package. */
const program = fileURLToPath(new URL('../bin/signalbox.js', import.meta.url));

export const ownCommand = (args: readonly string[]): string[] => [
  process.execPath,
  ...process.execArgv,
  program,
  ...args,
];

/** What a person types to run us: `npm start` in a clone has no `signalbox` on the PATH. */
export const typedCommand = (env: Readonly<Record<string, string | undefined>>): string =>
  env['npm_lifecycle_event'] || env['npm_execpath'] ? 'npx signalbox' : 'signalbox';
