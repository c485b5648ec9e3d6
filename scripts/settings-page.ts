// docs/settings.md, made from the tables of settings that server and worker read, so that page and program cannot differ.
import { settingTable } from '@signalbox/server';
import { settingsTable as workerTable } from '@signalbox/worker';

export function settingsPage(): string {
  return `# Settings

<!-- Made from packages/server/src/settings.ts and packages/worker/src/settings.ts by \`npm run generate\`; a test holds it equal. -->

Every setting is an environment variable. An empty one counts as not set. A value that cannot be is refused at the start,
with the variable, what it holds and what it may hold; so is a variable of the server that begins with \`SIGNALBOX_\` and
is not in its table.

Nothing needs to be set to begin. [Operating](operating.md) says which to set for real use.

## Server

Read by \`signalbox serve\`. \`--data\`, \`--listen\` and \`--roles\` of the command win over their variables. \`signalbox start\`
chooses data, address, roles and log-in itself; the other settings hold for its server too.

${table([['variable', 'value', 'default', 'meaning'], ...serverRows()])}

## Worker

Read by \`signalbox worker\`; each is a number that is not negative. What a worker serves is said by its options:
\`signalbox worker --help\`.

${table([['variable', 'default', 'meaning'], ...workerRows()])}

## Worker and command

Both take the server's address from \`SIGNALBOX_SERVER\`, and their token from \`SIGNALBOX_TOKEN\` or, better, from the file
that \`SIGNALBOX_TOKEN_FILE\` names. [Commands](commands.md) says where else the command looks. \`NO_COLOR\`, \`XDG_DATA_HOME\`,
\`XDG_STATE_HOME\` and \`XDG_CONFIG_HOME\` mean what they mean for other programs.
`;
}

/** Defaults that are another one on each machine: said in words. */
const inWords: Readonly<Record<string, string>> = {
  SIGNALBOX_DATA:
    '`signalbox` in `XDG_DATA_HOME`, else `~/.local/share/signalbox` (Windows: `signalbox` in `LOCALAPPDATA`)',
};

function serverRows(): string[][] {
  return Object.entries(settingTable).map(([name, { kind, usual, says }]) => [
    `\`${name}\``,
    kind.shape,
    inWords[name] ?? shown(name, usual),
    says,
  ]);
}

function workerRows(): string[][] {
  return Object.values(workerTable).map(({ env, usual, sentence }) => [`\`${env}\``, shown(env, usual), sentence]);
}

/** As it is written into the variable; large sizes in words too. */
function shown(name: string, usual: unknown): string {
  if (usual === null) return 'not set';
  const text = `\`${Array.isArray(usual) ? usual.join(',') : String(usual)}\``;
  return name.endsWith('_BYTES') && Number(usual) >= 1024 ? `${text} (${inUnits(Number(usual))})` : text;
}

function inUnits(sizeBytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(sizeBytes) / 10));
  return `${Number((sizeBytes / 1024 ** power).toFixed(1))} ${units[power]}`;
}

/** The first row is the head. Columns are aligned, as the formatter wants them. */
function table(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [head = '', ...others] = cells.map(line);
  return [head, line(widths.map((width) => '-'.repeat(width))), ...others].join('\n');
}
