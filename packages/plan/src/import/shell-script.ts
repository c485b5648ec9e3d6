// What is put before a script: a directory, variables, a condition; and which shell can read a script.

export type Shell = 'sh' | 'bash' | 'pwsh' | 'cmd' | 'node';

/** Plain enough for every `sh`: words of bash make it a script for bash. */
export function isPlainShell(script: string): boolean {
  return !bashOnly.some((pattern) => pattern.test(script));
}

const bashOnly = [
  /\[\[|\(\(|<\(|>\(|<<<|&>|\|&|\$'/,
  /\$\{[A-Za-z0-9_]+(?:\[|[,^]|\/|:\d|:\s|@)|\$\{!|\$RANDOM|\$BASH|\$\{BASH|PIPESTATUS/,
  /(?:^|[\s;&|(])(?:source|pushd|popd|shopt|declare|local|mapfile|readarray|function|typeset|let|select|disown|time)\s/m,
  /(?:^|\s)(?:echo\s+-[a-z]*e|read\s+-[a-z]*[apdn]|printf\s+-v|set\s+-[a-z]*o\s+pipefail|trap\s.*\sERR)/m,
  /(?:^|\s)[A-Za-z_][A-Za-z0-9_]*\+?=\(|(?:^|\s)[A-Za-z_][A-Za-z0-9_]*\+=/m,
  /(?:^|[\s/="])[\w./-]*\{[\w.-]*(?:,[\w.-]*|\.\.[\w.-]+)+\}/m,
  /(?:^|\s)\[\s[^\]]*\s==\s|\*\*\//m,
];

/** `FOO='a b'`, as each shell sets a variable for what follows. `value` is what stands between double quotes there. */
export function exportLine(shell: Shell, name: string, value: string): string {
  if (shell === 'pwsh') return `$env:${name} = "${value}"`;
  if (shell === 'cmd') return `set "${name}=${value}"`;
  return /^[A-Za-z0-9_./:@%+=,-]+$/.test(value) ? `export ${name}=${value}` : `export ${name}="${value}"`;
}

/** Fixed text between double quotes. */
export function withinQuotes(shell: Shell, text: string): string {
  if (shell === 'pwsh') return text.replace(/[`"$]/g, '`$&');
  if (shell === 'cmd') return text.replace(/"/g, "'");
  return text.replace(/[\\"`$]/g, '\\$&');
}

export function variableWithinQuotes(shell: Shell, name: string): string {
  if (shell === 'pwsh') return `\${env:${name}}`;
  return shell === 'cmd' ? `%${name}%` : `\${${name}}`;
}

export function directoryLine(directory: string): string | null {
  const path = directory.replace(/^\.\//, '').replace(/\/+$/, '');
  if (path === '' || path === '.') return null;
  return /^[A-Za-z0-9_./@%+=:,-]+$/.test(path) ? `cd ${path}` : `cd "${path.replaceAll('"', '')}"`;
}
