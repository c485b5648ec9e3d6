// How a script is handed to its shell: the program, its arguments, and a file where an argument does not do.
import { accessSync, constants } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

export type Invocation = {
  readonly program: string;
  readonly args: readonly string[];
  readonly verbatim?: boolean;
  /** Said in the log of the step, when another shell stands in. */
  readonly note?: string;
};

export type ShellRequest = {
  readonly shell: string;
  readonly script: string;
  /** Where a script file may lie, without an ending. */
  readonly file: string;
  readonly path: string;
  readonly platform: NodeJS.Platform;
  /** A longer script goes into a file. */
  readonly argumentBytes: number;
};

type Shell = {
  readonly programs: readonly string[];
  readonly ending: string;
  /** As an argument; left out: always as a file. */
  readonly inline?: (script: string) => readonly string[];
  readonly fromFile: (file: string) => readonly string[];
  readonly prepare?: (script: string) => string;
  readonly verbatim?: boolean;
};

const shells = {
  sh: { programs: ['sh'], ending: '.sh', inline: (script) => ['-e', '-c', script], fromFile: (file) => ['-e', file] },
  bash: {
    programs: ['bash'],
    ending: '.sh',
    inline: (script) => ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script],
    fromFile: (file) => ['--noprofile', '--norc', '-eo', 'pipefail', file],
  },
  pwsh: {
    programs: ['pwsh', 'powershell'],
    ending: '.ps1',
    fromFile: (file) => ['-NoLogo', '-NoProfile', '-NonInteractive', '-ExecutionPolicy', 'Bypass', '-File', file],
    prepare: (script) =>
      `$ErrorActionPreference = 'Stop'\n${script}\nif (Test-Path variable:global:LASTEXITCODE) { exit $LASTEXITCODE }\n`,
  },
  cmd: {
    programs: ['cmd'],
    ending: '.cmd',
    fromFile: (file) => ['/d', '/s', '/c', `"${file}"`],
    prepare: (script) => `@echo off\r\n${script.replace(/\r?\n/g, '\r\n')}\r\n`,
    verbatim: true,
  },
  node: {
    programs: ['node', process.execPath],
    ending: '.js',
    inline: (script) => ['-e', script],
    fromFile: (file) => [file],
  },
} as const satisfies Record<string, Shell>;

/** Null when this machine has no such shell. */
export async function invocationOf(request: ShellRequest): Promise<Invocation | null> {
  const { platform, path } = request;
  const asked = shellNamed(request.shell);
  if (!asked) return null;
  // The system finds a program by itself; a look before would cost every step.
  if (platform !== 'win32' && asked.programs.length === 1) return invoke(asked, asked.programs[0]!, request);
  const program = asked.programs.find((name) => isOnPath(name, path, platform));
  if (program) return invoke(asked, program, request);
  if (platform !== 'win32' || request.shell !== 'sh') return null;
  for (const name of ['pwsh', 'cmd'] as const) {
    const other = await invocationOf({ ...request, shell: name });
    if (other) return { ...other, note: `This worker has no sh; ${name} runs this step instead.` };
  }
  return null;
}

async function invoke(shell: Shell, program: string, request: ShellRequest): Promise<Invocation> {
  const { script, argumentBytes, platform } = request;
  const verbatim = shell.verbatim ? { verbatim: true } : {};
  // Windows has a short limit for a command line, and quotes it in ways of its own.
  if (shell.inline && platform !== 'win32' && script.length * 4 <= argumentBytes && !script.includes('\0')) {
    return { program, args: shell.inline(script), ...verbatim };
  }
  const file = request.file + shell.ending;
  await writeFile(file, shell.prepare ? shell.prepare(script) : script);
  return { program, args: shell.fromFile(file), ...verbatim };
}

function shellNamed(name: string): Shell | undefined {
  return Object.hasOwn(shells, name) ? shells[name as keyof typeof shells] : undefined;
}

function isOnPath(program: string, path: string, platform: NodeJS.Platform): boolean {
  const names = platform === 'win32' ? [program, `${program}.exe`] : [program];
  const places = program === process.execPath ? [''] : path.split(delimiter).filter((place) => place !== '');
  return places.some((place) =>
    names.some((name) => {
      try {
        accessSync(place === '' ? name : join(place, name), constants.X_OK);
        return true;
      } catch {
        return false; // Not here; perhaps in the next place.
      }
    }),
  );
}
