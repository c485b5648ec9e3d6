// All commands in the order in which help shows them.
import type { Command } from 'commander';
import { createCommand } from './command-line.ts';
import { addCommand } from './commands/add.ts';
import { approveCommand, rejectCommand } from './commands/answer.ts';
import { auditCommand } from './commands/audit.ts';
import { cancelCommand } from './commands/cancel.ts';
import { checkCommand } from './commands/check.ts';
import { compareCommand } from './commands/compare.ts';
import { completionCommand } from './commands/completion.ts';
import { diffCommand } from './commands/diff.ts';
import { doctorCommand } from './commands/doctor.ts';
import { downCommand } from './commands/down.ts';
import { explainCommand } from './commands/explain.ts';
import { explainConfigCommand } from './commands/explain-config.ts';
import { groupCommand, groupsCommand } from './commands/groups.ts';
import { importCommand } from './commands/import.ts';
import { initCommand } from './commands/init.ts';
import { jobsCommand } from './commands/jobs.ts';
import { logCommand } from './commands/log.ts';
import { pauseCommand, pausesCommand, resumeCommand } from './commands/pause.ts';
import { pinCommand, pinsCommand, unpinCommand } from './commands/pin.ts';
import { planCommand } from './commands/plan.ts';
import { poolCommand, poolsCommand } from './commands/pools.ts';
import { pushCommand } from './commands/push-report.ts';
import { raiseCommand } from './commands/raise.ts';
import { removeCommand } from './commands/remove.ts';
import { rerunCommand } from './commands/rerun.ts';
import { resultsCommand } from './commands/results.ts';
import { retentionCommand } from './commands/retention.ts';
import { secretCommand } from './commands/secret.ts';
import { serveCommand, workerCommand } from './commands/serve.ts';
import { startCommand } from './commands/start.ts';
import { submitCommand } from './commands/submit.ts';
import { tokenCommand } from './commands/token.ts';
import { watchCommand } from './commands/watch.ts';
import { workersCommand } from './commands/workers.ts';
import { ownVersion } from './own-version.ts';
import type { Terminal } from './terminal.ts';

export const groups = {
  'On this machine': [startCommand, downCommand, doctorCommand],
  Repositories: [
    addCommand,
    removeCommand,
    initCommand,
    importCommand,
    checkCommand,
    planCommand,
    explainConfigCommand,
    diffCommand,
    pushCommand,
  ],
  Jobs: [
    jobsCommand,
    watchCommand,
    explainCommand,
    logCommand,
    compareCommand,
    resultsCommand,
    cancelCommand,
    rerunCommand,
    submitCommand,
  ],
  'Who comes next': [raiseCommand, approveCommand, rejectCommand, pauseCommand, resumeCommand, pausesCommand],
  'Workers and limits': [workersCommand, poolsCommand, poolCommand, groupsCommand, groupCommand],
  'The archive': [retentionCommand, pinCommand, unpinCommand, pinsCommand],
  Access: [tokenCommand, secretCommand, auditCommand],
  Programs: [serveCommand, workerCommand, completionCommand],
} as const satisfies Record<string, readonly ((terminal: Terminal) => Command)[]>;

export function createProgram(terminal: Terminal): Command {
  const program = createCommand('signalbox', 'Continuous integration for big trees, on your own machines.', [
    ['signalbox start', 'a server, a worker and a sample on this machine'],
    ['signalbox add ~/src/api', 'build a repository of yours'],
    ['signalbox watch', 'the newest pipeline, until it is done'],
    ['signalbox log 1207', 'what a job printed'],
    ['signalbox explain 1207', 'why a job waits'],
  ])
    .version(ownVersion, '--version', 'print the version')
    .helpCommand('help [command]', 'show help of a command')
    .enablePositionalOptions();
  for (const [heading, commands] of Object.entries(groups)) {
    for (const create of commands) program.addCommand(create(terminal).helpGroup(`${heading}:`));
  }
  behave(program, terminal);
  return program;
}

/** How all commands write and end; each is told, since commands that are made apart inherit nothing. */
function behave(command: Command, terminal: Terminal): void {
  command
    .showHelpAfterError('(--help shows how)')
    .configureOutput({
      writeOut: (text) => void terminal.stdout.write(text),
      writeErr: (text) => void terminal.stderr.write(text),
    })
    // Ended by an error that main turns into the exit code.
    .exitOverride();
  for (const sub of command.commands) behave(sub, terminal);
}
