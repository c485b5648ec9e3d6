// Wake-ups between server processes: a hint says "look again". Hints may be lost; rows are the truth, and everyone also looks by themselves.
// They are gathered and sent after commit, on a connection of their own: NOTIFY within many transactions would queue their commits.
import type { Socket } from 'node:net';
import pg from 'pg';

export type Live = {
  /** Says to every process, this one first, that a topic changed. Call it after the commit. */
  hint(...topics: string[]): void;
  /** Calls `heard` at each hint of the topic; a topic that ends in `*` hears all that begin so. Returns how to stop. */
  watch(topic: string, heard: (topic: string) => void): () => void;
  stop(): Promise<void>;
};

const channel = 'signalbox_live';
/** The first hint goes at once; those that follow within this time go together. */
const gatherMs = 50;
/** NOTIFY takes at most 8,000 bytes. */
const payloadBytes = 7000;
/** A connection that is dead without knowing says nothing for ever: it is asked this often whether it still lives. */
const usualBeatMs = 15_000;

const alive = { keepAlive: true, keepAliveInitialDelayMillis: 10_000, connectionTimeoutMillis: 10_000 };

export function startLive(
  url: string,
  options: { readonly onError?: (error: Error) => void; readonly beatMs?: number } = {},
): Live {
  const { beatMs = usualBeatMs } = options;
  const watchers = new Map<string, Set<(topic: string) => void>>();
  const waiting = new Set<string>();
  const self = `${process.pid}.${Math.random().toString(36).slice(2)}`;
  let client: pg.Client | undefined;
  let stopped = false;
  let sendTimer: NodeJS.Timeout | undefined;
  let retryTimer: NodeJS.Timeout | undefined;

  const dispatch = (topic: string) => {
    for (const heard of watchers.get(topic) ?? []) heard(topic);
    const colon = topic.indexOf(':');
    if (colon > 0) for (const heard of watchers.get(`${topic.slice(0, colon)}:*`) ?? []) heard(topic);
  };

  const connect = async () => {
    const next = new pg.Client({ connectionString: url, application_name: 'signalbox live', ...alive });
    const away = (error?: Error) => {
      if (error) options.onError?.(error);
      if (client === next || !client) {
        client = undefined;
        if (!stopped && !retryTimer) retryTimer = setTimeout(again, 500);
      }
    };
    next.on('error', away);
    next.on('end', () => away());
    next.on('notification', (message) => {
      const [from, ...topics] = (message.payload ?? '').split(' ');
      if (from !== self) for (const topic of topics) dispatch(topic);
    });
    await next.connect();
    await next.query(`listen ${channel}`);
    if (stopped) return next.end();
    client = next;
    // Whatever was said while nobody listened: everyone looks again.
    for (const topic of watchers.keys()) for (const heard of watchers.get(topic) ?? []) heard(topic);
  };
  const again = () => {
    retryTimer = undefined;
    connect().catch((error: Error) => {
      options.onError?.(error);
      if (!stopped && !retryTimer) retryTimer = setTimeout(again, 500);
    });
  };
  const beat = () => {
    const asked = client;
    const query = { text: 'select 1', query_timeout: beatMs / 2 };
    asked?.query(query).catch((error: Error) => {
      if (asked !== client) return;
      client = undefined;
      options.onError?.(error);
      // Not `end`, which would wait for the far side.
      (asked as unknown as { connection: { stream: Socket } }).connection.stream.destroy();
    });
  };
  const send = () => {
    if (waiting.size === 0) {
      sendTimer = undefined;
      return;
    }
    sendTimer = setTimeout(send, gatherMs);
    let payload = self;
    const flush = () =>
      client?.query('select pg_notify($1, $2)', [channel, payload]).catch((error: Error) => options.onError?.(error));
    for (const topic of waiting) {
      if (payload.length + topic.length > payloadBytes) {
        flush();
        payload = self;
      }
      payload += ` ${topic}`;
    }
    waiting.clear();
    flush();
  };
  again();
  const beatTimer = setInterval(beat, beatMs);

  return {
    hint(...topics) {
      for (const topic of topics) {
        dispatch(topic);
        waiting.add(topic);
      }
      if (waiting.size > 0 && sendTimer === undefined) sendTimer = setTimeout(send, 0);
    },
    watch(topic, heard) {
      const set = watchers.get(topic) ?? new Set();
      watchers.set(topic, set.add(heard));
      return () => {
        set.delete(heard);
        if (set.size === 0 && watchers.get(topic) === set) watchers.delete(topic);
      };
    },
    async stop() {
      stopped = true;
      clearInterval(beatTimer);
      clearTimeout(sendTimer);
      clearTimeout(retryTimer);
      await client?.end();
    },
  };
}
