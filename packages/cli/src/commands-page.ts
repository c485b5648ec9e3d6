// docs/commands.md, made from the commands themselves, so that it cannot say anything else than they do.
import { Writable } from 'node:stream';
import type { Command } from 'commander';
import { listExamples } from './command-line.ts';
import { exitCodes } from './exit-codes.ts';
import { createProgram, groups } from './program.ts';
import { ownTerminal } from './terminal.ts';

export function commandsPage(): string {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const program = createProgram({ ...ownTerminal(), stdout: nowhere, stderr: nowhere });
  const named = new Map(program.commands.map((command) => [command.name(), command]));
  const sections = Object.keys(groups).flatMap((heading) => {
    const own = [...named.values()].filter((command) => command.helpGroup() === `${heading}:`);
    return [`## ${heading}`, ...own.flatMap((command) => describe(command, ''))];
  });
  return `${[...opening, ...exitTable(), ...sections].join('\n\n')}\n`;
}

const opening = [
  '# Commands',
  '<!-- Made from the commands by `npm run generate`; a test holds it equal. -->',
  [
    'Every command has `--help`. Those that answer have `--json`, and are plain without colours when their output is no',
    'terminal, with `--no-color`, or with `NO_COLOR` set. Errors go to stderr and say what to do.',
  ].join('\n'),
  [
    'The server is the one of `--server`, else of `SIGNALBOX_SERVER`, else the one that `signalbox start` runs on this',
    'machine, else `http://127.0.0.1:8080`. The token is `SIGNALBOX_TOKEN`, else in the file `SIGNALBOX_TOKEN_FILE`, else',
    'that of the server in `signalbox/config.json` in `XDG_CONFIG_HOME`: `{"tokens": {"https://ci.example.org": "…"}}`.',
    'A server that only serves its own machine needs none.',
  ].join('\n'),
];

const exitTable = () => [
  '## Exit codes',
  [
    '| code | meaning |',
    '| ---- | ------- |',
    ...Object.values(exitCodes)
      .toSorted(([a], [b]) => a - b)
      .map(([code, meaning]) => `| ${code} | ${meaning} |`),
  ].join('\n'),
];

function describe(command: Command, parent: string): string[] {
  const name = parent ? `${parent} ${command.name()}` : command.name();
  const usage = `signalbox ${name} ${command.usage()}`.trim();
  return [
    `### ${name}`,
    command.description(),
    ['```', usage, '```'].join('\n'),
    ...optionTable(command),
    examples(command),
    ...command.commands.flatMap((sub) => describe(sub, name)),
  ];
}

function optionTable(command: Command): string[] {
  const help = command.createHelp();
  const rows = [
    ...command.registeredArguments.map((one) => [`\`${one.name()}\``, help.argumentDescription(one)]),
    ...help
      .visibleOptions(command)
      .filter((option) => option.long !== '--help')
      .map((option) => [`\`${option.flags}\``, help.optionDescription(option)]),
  ];
  if (rows.length === 0) return [];
  return [['| | |', '| --- | --- |', ...rows.map((cells) => `| ${cells.map(cell).join(' | ')} |`)].join('\n')];
}

function examples(command: Command): string {
  const lines = listExamples(command).map(([line, meaning]) => `${line}  # ${meaning}`);
  return ['```sh', ...lines, '```'].join('\n');
}

const cell = (text: string) => text.replaceAll('|', '\\|');
