// Finds connections over which no answer can come any more: a question went out, and a machine or a network on the way has
// vanished without closing anything. TCP alone takes a quarter of an hour for that, and whoever waits holds up all who wait for
// him. PostgreSQL is asked on another connection: a session that is not at work answered long ago.
import type { Socket } from 'node:net';
import pg from 'pg';

export type ConnectionWatch = {
  /** A question goes out; call what it returns when the answer is there. */
  asked(client: pg.ClientBase): () => void;
  stop(): void;
};

type Waiting = { readonly client: pg.ClientBase; readonly since: number; isSuspect: boolean };
type Inner = { readonly processID: number; readonly connection: { readonly stream: Socket } };

/** One that has waited this long is looked at; found idle twice in a row, it is cut. */
const usualLookMs = 5000;

export function watchConnections(url: string, lookMs = usualLookMs): ConnectionWatch {
  const waiting = new Set<Waiting>();
  let isLooking = false;
  const look = async () => {
    const late = [...waiting].filter((one) => performance.now() - one.since > lookMs);
    if (late.length === 0 || isLooking) return;
    isLooking = true;
    try {
      const atWork = await sessionsAtWork(url, late.map(pidOf), lookMs);
      for (const one of late) {
        if (!waiting.has(one) || !atWork || atWork.has(pidOf(one))) one.isSuspect = false;
        else if (one.isSuspect) (one.client as unknown as Inner).connection.stream.destroy();
        else one.isSuspect = true;
      }
    } finally {
      isLooking = false;
    }
  };
  const timer = setInterval(() => void look(), lookMs);
  timer.unref();
  return {
    asked(client) {
      const one: Waiting = { client, since: performance.now(), isSuspect: false };
      waiting.add(one);
      return () => void waiting.delete(one);
    },
    stop: () => clearInterval(timer),
  };
}

const pidOf = ({ client }: Waiting): number => (client as unknown as Inner).processID;

/** Undefined: it cannot be told, for PostgreSQL does not answer, or a pooler between gives the sessions numbers of its own. */
async function sessionsAtWork(url: string, pids: number[], patienceMs: number): Promise<Set<number> | undefined> {
  const probe = new pg.Client({
    connectionString: url,
    application_name: 'signalbox probe',
    connectionTimeoutMillis: patienceMs,
    query_timeout: patienceMs,
  });
  probe.on('error', () => undefined);
  try {
    await probe.connect();
    const { rows } = await probe.query<{ own: number; pids: number[] }>(
      `select pg_backend_pid() as own, array(select pid from pg_stat_activity where pid = any ($1::int[]) and state = 'active') as pids`,
      [pids],
    );
    const [found] = rows;
    return found && found.own === (probe as unknown as Inner).processID ? new Set(found.pids) : undefined;
  } catch {
    return undefined;
  } finally {
    // Not `end`, which would wait for the far side.
    (probe as unknown as Inner).connection.stream.destroy();
  }
}
