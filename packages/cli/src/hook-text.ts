// The marked block that a git hook gets: it tells Signalbox of a push, keeps what stood there, and never fails a push.

export type HookKind = 'post-receive' | 'post-commit';

const begin = (name: string) => `# >>> signalbox ${name} >>>`;
const end = (name: string) => `# <<< signalbox ${name} <<<`;

/**
 * The hook file with our block in it; the same text if it has it already; undefined when it is no shell script.
 * The block stands before what was there, since that may end with `exit` or `exec`, and hands its input on.
 */
export function addBlock(
  text: string | undefined,
  kind: HookKind,
  name: string,
  command: readonly string[],
): string | undefined {
  const block = blockOf(kind, name, command);
  if (text === undefined || text.trim() === '') return `#!/bin/sh\n${block}`;
  const kept = removeBlock(text, name);
  const first = /^#!.*\r?\n?/.exec(kept)?.[0];
  if (first && !/\b(sh|bash|dash|ash|zsh|ksh)\s*(-\S+\s*)?$/.test(first.trim())) return undefined;
  const head = first?.trimEnd() ?? '#!/bin/sh';
  return `${head}\n${block}${kept.slice(first?.length ?? 0)}`;
}

/** What is left without our block; '' when nothing but a first line would stay. */
export function removeBlock(text: string, name: string): string {
  const lines = text.split('\n');
  const from = lines.indexOf(begin(name));
  const to = lines.indexOf(end(name), from);
  if (from < 0 || to < 0) return text;
  const kept = [...lines.slice(0, from), ...lines.slice(to + 1)];
  return kept.every((line) => line.trim() === '' || line.startsWith('#!')) ? '' : kept.join('\n');
}

export const hasBlock = (text: string, name: string): boolean => text.split('\n').includes(begin(name));

function blockOf(kind: HookKind, name: string, command: readonly string[]): string {
  const call = command.map(quote).join(' ');
  const tell = (input: string) => [
    `${input} | ${call} || echo 'signalbox: could not be told of this push; it looks by itself later' >&2`,
  ];
  const body =
    kind === 'post-receive'
      ? [
          'signalbox_pushed=$(cat)',
          ...tell(`printf '%s\\n' "$signalbox_pushed"`),
          // What stands below reads the same lines as if we were not here.
          'exec <<SIGNALBOX_PUSHED',
          '$signalbox_pushed',
          'SIGNALBOX_PUSHED',
        ]
      : [
          // No branch (a rebase, a detached head): nothing that anybody would build.
          'if signalbox_ref=$(git symbolic-ref -q HEAD); then',
          ...tell(`  echo "- $(git rev-parse HEAD) $signalbox_ref"`),
          'fi',
        ];
  const why = '# Tells Signalbox of new commits, within 5 s and without ever failing. `signalbox remove` takes it out.';
  return `${[begin(name), why, ...body, end(name)].join('\n')}\n`;
}

/** For the shell; paths of Windows with forward slashes, as the shell of git wants them. */
const quote = (word: string) => {
  const path = process.platform === 'win32' ? word.replaceAll('\\', '/') : word;
  return /^[A-Za-z0-9_./:=@-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
};
