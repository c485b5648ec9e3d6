// Completion scripts for bash, zsh and fish from the tree of commands: words and options, no calls to a server.
import type { Command } from 'commander';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** What may follow a command: `words` are subcommands, `flags` its options. */
type Place = {
  readonly path: string;
  readonly words: readonly (readonly [word: string, meaning: string])[];
  readonly flags: readonly (readonly [flag: string, meaning: string])[];
};

export function completionScript(shell: Shell, root: Command): string {
  const places = placesOf(root, '');
  switch (shell) {
    case 'bash':
      return bash(places);
    case 'zsh':
      return zsh(places);
    case 'fish':
      return fish(places);
    default:
      return shell satisfies never;
  }
}

function placesOf(command: Command, path: string): Place[] {
  const visible = command.createHelp();
  const words = visible.visibleCommands(command).map((sub) => [sub.name(), sub.description()] as const);
  const flags = visible
    .visibleOptions(command)
    .flatMap((option) => (option.long ? [[option.long, option.description] as const] : []));
  return [
    { path, words, flags },
    ...command.commands.flatMap((sub) => placesOf(sub, path ? `${path} ${sub.name()}` : sub.name())),
  ];
}

/** Finds the longest run of subcommand words, then offers what may follow there; files where nothing is offered. */
function bash(places: readonly Place[]): string {
  const cases = places.map(({ path, words, flags }) => {
    const offered = [...words, ...flags].map(([word]) => word).join(' ');
    return `    '${path}') offered='${offered}' ;;`;
  });
  return `# bash completion for signalbox
_signalbox() {
  local word="\${COMP_WORDS[COMP_CWORD]}" path='' offered='' index
  for ((index = 1; index < COMP_CWORD; index++)); do
    case " ${known(places)} " in
      *" \${path:+$path/}\${COMP_WORDS[index]} "*) path="\${path:+$path/}\${COMP_WORDS[index]}" ;;
    esac
  done
  case "\${path//\\// }" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$offered" -- "$word"))
}
complete -o default -F _signalbox signalbox
`;
}

function zsh(places: readonly Place[]): string {
  const cases = places.map(({ path, words, flags }) => {
    const offered = [...words, ...flags].map(([word, meaning]) => quote(`${word}:${meaning}`)).join(' ');
    return `    '${path}') offered=(${offered}) ;;`;
  });
  return `#compdef signalbox
# zsh completion for signalbox
_signalbox() {
  local path='' index
  local -a offered
  for ((index = 2; index < CURRENT; index++)); do
    case " ${known(places)} " in
      *" \${path:+$path/}\${words[index]} "*) path="\${path:+$path/}\${words[index]}" ;;
    esac
  done
  case "\${path//\\// }" in
${cases.join('\n')}
  esac
  _describe 'signalbox' offered
  _files
}
compdef _signalbox signalbox
`;
}

function fish(places: readonly Place[]): string {
  const lines = places.flatMap(({ path, words, flags }) => {
    const depth = path === '' ? [] : path.split(' ');
    const deeper = words.map(([word]) => word);
    const conditions = depth.map((word) => `__fish_seen_subcommand_from ${word}`);
    if (deeper.length > 0) conditions.push(`not __fish_seen_subcommand_from ${deeper.join(' ')}`);
    const when = conditions.length > 0 ? ` -n ${quote(conditions.join('; and '))}` : '';
    return [
      ...words.map(([word, meaning]) => `complete -c signalbox -f${when} -a ${word} -d ${quote(meaning)}`),
      ...flags.map(([flag, meaning]) => `complete -c signalbox${when} -l ${flag.slice(2)} -d ${quote(meaning)}`),
    ];
  });
  return `# fish completion for signalbox\n${lines.join('\n')}\n`;
}

/** All paths of commands with / between their words: `token token/create …`. */
const known = (places: readonly Place[]) =>
  places.flatMap(({ path }) => (path === '' ? [] : [path.replaceAll(' ', '/')])).join(' ');

const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
