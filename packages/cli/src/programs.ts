// Runs the other programs, server and worker, in this process. They are found by name and loaded only when asked for:
// a command may not depend on them (ARCHITECTURE.md, floors).
import { Mistake } from './mistake.ts';

export type ProgramName = 'server' | 'worker';

/** @returns the exit code of the program. */
export async function runProgram(name: ProgramName, args: readonly string[]): Promise<number> {
  let place: string;
  try {
    place = import.meta.resolve(`@signalbox/${name}/main`);
  } catch (cause) {
    const cure = 'Install Signalbox again: npm install';
    throw new Mistake('other', `The ${name} is not installed beside this command.`, cure, { cause });
  }
  const program = (await import(place)) as { main(args: string[]): Promise<number> };
  obeyTheParent();
  return program.main([...args]);
}

/**
 * A child of `start` is told to stop by a message, which works on every system, and stops when `start` is gone.
 * Both arrive as the signal that the program knows.
 */
function obeyTheParent(): void {
  if (!process.channel) return;
  const stop = () => void process.emit('SIGTERM', 'SIGTERM');
  process.on('message', (message) => {
    if (message === 'stop') stop();
  });
  process.once('disconnect', stop);
  // Listening must not keep a program alive that has ended.
  process.channel.unref();
}
