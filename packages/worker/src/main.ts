// `signalbox worker`: reads arguments and environment, starts a worker, and stops it on a signal.
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { help, readArguments, UsageMistake } from './arguments.ts';
import { createOwnLog, tell } from './own-log.ts';
import { startWorker } from './worker.ts';

/** Resolves with the exit code when the worker has ended. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    const request = readArguments(argv, process.env);
    if (request === 'help') {
      process.stdout.write(help);
      return 0;
    }
    // Nothing that this process starts shall find it by accident.
    delete process.env['SIGNALBOX_TOKEN'];
    const write = (line: string) => void process.stderr.write(line);
    const worker = await startWorker({ ...request, log: createOwnLog(request.logStyle, write), env: process.env });
    const forget = stopOnSignals(
      () => void worker.stop(),
      () => void worker.stopNow(),
      () => void worker.handOver(),
    );
    await worker.done.finally(forget);
    return 0;
  } catch (error) {
    process.stderr.write(`signalbox worker: ${tell(error)}\n`);
    return error instanceof UsageMistake ? 2 : 1;
  }
}

/** The first signal drains, the second ends the runs, the third ends the process; SIGUSR2 leaves the runs to the next one. */
function stopOnSignals(drain: () => void, end: () => void, handOver: () => void): () => void {
  const signals = ['SIGTERM', 'SIGINT'] as const;
  let count = 0;
  const onSignal = () => {
    count++;
    if (count === 1) drain();
    if (count === 2) end();
    if (count === 3) process.exit(1);
  };
  for (const signal of signals) process.on(signal, onSignal);
  if (process.platform !== 'win32') process.on('SIGUSR2', handOver);
  return () => {
    for (const signal of signals) process.removeListener(signal, onSignal);
    process.removeListener('SIGUSR2', handOver);
  };
}

// Started as a program of its own, not imported.
const started = process.argv[1];
if (started && realpathSync(started) === fileURLToPath(import.meta.url)) {
  process.exitCode = await main(process.argv.slice(2));
}
