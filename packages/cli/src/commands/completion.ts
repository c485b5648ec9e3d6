// `signalbox completion`: what a shell needs to complete our commands and options, made from the commands themselves.
import { Argument, type Command } from 'commander';
import { createCommand } from '../command-line.ts';
import { completionScript, type Shell, shells } from '../completion-script.ts';
import type { Terminal } from '../terminal.ts';

export function completionCommand(terminal: Terminal): Command {
  const command = createCommand('completion', 'Print the completion script of a shell.', [
    ['source <(signalbox completion bash)', 'in ~/.bashrc'],
    ['source <(signalbox completion zsh)', 'in ~/.zshrc, after compinit'],
    ['signalbox completion fish | source', 'in ~/.config/fish/config.fish'],
  ]).addArgument(new Argument('<shell>', 'the shell').choices(shells));
  return command.action((shell: Shell) => {
    let root: Command = command;
    while (root.parent) root = root.parent;
    terminal.stdout.write(completionScript(shell, root));
  });
}
