// A server that answers workers notes it in the database every few seconds: while none does, no worker can renew its claims, and its
// silence is not held against it.
import type { Db } from '../base/index.ts';
import { noteAnswering } from '../queue/index.ts';

/** Several times within `outageSeconds`, so that one that fails does not make an outage. Returns how to stop. */
export function startNoting(db: Db, outageSeconds: number): () => void {
  // What fails is made up at the next turn; when the database is away, nobody looks at leases either.
  const note = () => void noteAnswering(db).catch(() => undefined);
  const timer = setInterval(note, Math.min(5000, (outageSeconds * 1000) / 4));
  note();
  return () => clearInterval(timer);
}
