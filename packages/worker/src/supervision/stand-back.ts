// Lets the steps of runs stand back behind a server on the same machine: while they print as fast as they can, it still answers.
import { writeFileSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';

/** The lowest there is. */
const lowest = 19;

/** Of a process that has just been started in a session of its own; what it starts inherits it. As far as the system lets us. */
export function standBack(processId: number, niceness: number): void {
  if (niceness <= 0) return;
  try {
    setPriority(processId, Math.min(lowest, getPriority(processId) + niceness));
  } catch {
    return; // It has ended already.
  }
  try {
    // Where Linux shares processors by session, the priority within one says nothing.
    writeFileSync(`/proc/${processId}/autogroup`, String(Math.min(lowest, niceness)));
  } catch {
    return; // It does not share them so.
  }
}
