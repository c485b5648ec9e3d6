// docs/job-environment.md, made from the list of variables, so that page and worker cannot differ.
import { variables, windowsVariables } from './environment.ts';

const shells = table([
  ['shell', 'how the script is run', 'ends at the first command that fails'],
  ['`sh`', '`sh -e`', 'yes'],
  ['`bash`', '`bash -eo pipefail`', 'yes, also within a pipe'],
  [
    '`pwsh`',
    "PowerShell, without profile, `$ErrorActionPreference = 'Stop'`",
    'at errors of PowerShell; else the last command counts',
  ],
  ['`cmd`', '`cmd /d /s /c`, on Windows only', 'no: the last command counts'],
  ['`node`', 'Node.js', 'at an error that is not caught'],
]);

export function environmentPage(): string {
  return `# The environment of a job

Every step starts in a clean environment: exactly the variables below, then those of the job's \`env:\`, then the
secrets that the job asked for. Later ones win. Nothing else of the worker's own environment is passed on, no variable
and no token, and standard input is empty.

A step begins in the checkout (\`CI_WORKSPACE\`), or in an empty directory when the job has \`checkout: false\`. Its script
goes to the shell that the step names:

${shells}

On Windows \`sh\` is taken from the PATH (Git for Windows brings one); a worker without it uses \`pwsh\`, then \`cmd\`, and
says so in the log. The exit code of a step is its shell's; a step that a signal ended has 128 + the signal's number.
When a step ends, every process that it started is ended too, also those in the background.

## On every system

${table(listOf(variables))}

## On Windows also

${table(listOf(windowsVariables))}
`;
}

function listOf(rows: Record<string, { readonly sentence: string }>): string[][] {
  const cells = Object.entries(rows).map(([name, { sentence }]) => [`\`${name}\``, sentence]);
  return [['variable', 'what it says'], ...cells];
}

/** The first row is the head. */
function table([head = [], ...rows]: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) => `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
