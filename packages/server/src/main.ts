// The program `signalbox serve`: reads the settings, starts one server process, stops it in good order.
import { parseArgs } from 'node:util';
import { type Server, startServer } from './roles/start-server.ts';
import { readSettings, settingTable } from './settings.ts';

const help = `Usage: signalbox serve [options]

Starts a server. Without DATABASE_URL it starts a PostgreSQL of its own in its data directory.

Options
  --data DIR        data directory            (SIGNALBOX_DATA)
  --listen ADDRESS  host:port to listen on    (SIGNALBOX_LISTEN, ${settingTable.SIGNALBOX_LISTEN.usual})
  --roles LIST      api,planner,timer         (SIGNALBOX_ROLES, all)
  --help

Every setting is an environment variable: docs/settings.md lists them.

Examples
  signalbox serve
  signalbox serve --listen 127.0.0.1:9000 --data /var/lib/signalbox
  SIGNALBOX_LOGIN=token DATABASE_URL=postgres://… signalbox serve --listen 0.0.0.0:8080
`;

/** Returns the exit code once the server has stopped. */
export async function main(args: readonly string[]): Promise<number> {
  let server: Server;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        data: { type: 'string' },
        listen: { type: 'string' },
        roles: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help) {
      process.stdout.write(help);
      return 0;
    }
    const settings = readSettings({
      ...process.env,
      ...(values.data && { SIGNALBOX_DATA: values.data }),
      ...(values.listen && { SIGNALBOX_LISTEN: values.listen }),
      ...(values.roles && { SIGNALBOX_ROLES: values.roles }),
    });
    server = await startServer(settings);
  } catch (error) {
    process.stderr.write(`signalbox serve: ${error instanceof Error ? error.message : String(error)}\n`);
    return (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS') ? 2 : 1;
  }
  await stopSignal();
  await server.stop();
  return 0;
}

/** Resolves at the first signal to stop; a second one ends the process at once. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        process.once(signal, () => process.exit(1));
        resolve();
      });
    }
  });
}
