// docs/job-environment.md, made from the list of variables, so that page and worker cannot differ.
import { variables, windowsVariables } from './environment.ts';

export function environmentPage(): string {
  return `# The environment of a job

Every step starts in a clean environment: exactly the variables below, then those of the job's \`env:\`, then the
secrets that the job asked for. Later ones win. Nothing else of the worker's own environment is passed on, no variable
and no token, and standard input is empty.

A step begins in the checkout (\`CI_WORKSPACE\`), or in an empty directory when the job has \`checkout: false\`. Its script
goes to the shell that the step names:

| shell  | how the script is run                                        | ends at the first failing command           |
| ------ | ------------------------------------------------------------ | ------------------------------------------- |
| \`sh\`   | \`sh -e\`                                                      | yes                                         |
| \`bash\` | \`bash -eo pipefail\`                                          | yes, also within a pipe                     |
| \`pwsh\` | PowerShell, without profile, \`$ErrorActionPreference = 'Stop'\` | for errors of PowerShell; else the last counts |
| \`cmd\`  | \`cmd /d /s /c\`, Windows only                                 | no                                          |
| \`node\` | Node.js                                                      | yes                                         |

On Windows \`sh\` is taken from the PATH (Git for Windows brings one); a worker without it uses \`pwsh\`, then \`cmd\`, and
says so in the log. The exit code of a step is its shell's; a step that a signal ended has 128 + the signal's number.
When a step ends, every process that it started is ended too, also those in the background.

## On every system

${table(variables)}

## On Windows also

${table(windowsVariables)}
`;
}

function table(rows: Record<string, { readonly sentence: string }>): string {
  const cells = Object.entries(rows).map(([name, { sentence }]) => [`\`${name}\``, sentence] as const);
  const width = Math.max(...cells.map(([name]) => name.length));
  const wide = Math.max(...cells.map(([, sentence]) => sentence.length));
  const line = ([name, sentence]: readonly [string, string]) => `| ${name.padEnd(width)} | ${sentence.padEnd(wide)} |`;
  return [
    line(['variable', 'what it says']),
    `| ${'-'.repeat(width)} | ${'-'.repeat(wide)} |`,
    ...cells.map(line),
  ].join('\n');
}
