// The outbox: a room tells what it did in the transaction that did it; listeners hear it later, each until it succeeded.
// graphile-worker keeps the entries and their retries; this is its only importer beside migrate.ts.
import { EventEmitter, once } from 'node:events';
import { Logger, type Runner, run, type TaskList, type WorkerEvents } from 'graphile-worker';
import { showPresence } from './abandoned.ts';
import { crashPoint } from './crash-point.ts';
import type { Db, Tx } from './db.ts';
import { patientPool } from './patient-pool.ts';
import { sql } from './sql.ts';

/** What a listener gets: the body as told. Throwing means: again later. */
export type Listener = (body: never) => Promise<void>;
/** Topic to listener name to listener. Every listener has an entry of its own, so one that fails holds up no other. */
export type Listeners = Readonly<Record<string, Readonly<Record<string, Listener>>>>;

export type TellOptions = {
  /** Entries with the same line are heard one after another. */
  readonly line?: string;
  /** An entry with the same key that nobody has heard yet is replaced. */
  readonly key?: string;
};
export type Tell = (tx: Tx, topic: string, body: object, options?: TellOptions) => Promise<void>;

export function createTell(topics: Readonly<Record<string, readonly string[]>>): Tell {
  return async (tx, topic, body, options = {}) => {
    for (const listener of topics[topic] ?? []) {
      await tx.query(sql`
        select graphile_worker.add_job(
          ${`${topic}/${listener}`}::text, ${JSON.stringify(body)}::json, queue_name => ${options.line ?? null}::text,
          job_key => ${options.key ?? null}::text, max_attempts => 25)`);
    }
  };
}

export type Outbox = { stop(): Promise<void> };

/** Starts to hear. `onFailure` is told of each attempt that failed; after 25 the entry stays, visible, as a dead letter. */
export async function startOutbox(
  db: Db,
  listeners: Listeners,
  options: {
    readonly concurrency: number;
    readonly onFailure: (name: string, error: unknown) => void;
    /** How often it is looked whether other processes still live. */
    readonly lookMs?: number;
  },
): Promise<Outbox> {
  const taskList: TaskList = {};
  for (const [topic, byName] of Object.entries(listeners)) {
    for (const [name, listener] of Object.entries(byName)) {
      taskList[`${topic}/${name}`] = async (body) => {
        try {
          crashPoint('outbox-entry-taken');
          await listener(body as never);
          crashPoint('outbox-entry-heard');
        } catch (error) {
          options.onFailure(`${topic}/${name}`, error);
          throw error;
        }
      };
    }
  }
  let ended = false;
  const events: WorkerEvents = new EventEmitter();
  const made = once(events, 'pool:create');
  const runner: Runner = await run({
    pgPool: patientPool(db.pool, () => ended),
    events,
    taskList,
    concurrency: options.concurrency,
    pollInterval: 2000,
    noHandleSignals: true,
    logger: new Logger(() => () => undefined),
  });
  const [{ workerPool }] = (await made) as [{ workerPool: { id: string } }];
  const presence = await showPresence(db, workerPool.id, (error) => options.onFailure('outbox', error), options.lookMs);
  return {
    async stop() {
      await runner.stop();
      ended = true;
      await presence.stop();
    },
  };
}
