// The database as graphile-worker may see it: a broken connection is told as "try again in a moment", which it understands.
// Without that it forgets that a listener is done when the connection breaks at that moment, and ends the whole process.
import type { Pool, PoolClient } from 'pg';
import { isDatabaseAway } from './db.ts';

/** cannot_connect_now: graphile-worker waits and tries again at this one. */
const tryAgain = '57P03';

/** `ended`: what still comes after the end waits for ever, for the pool is about to be closed. */
export function patientPool(pool: Pool, ended: () => boolean): Pool {
  return new Proxy(pool, {
    get(target, key) {
      if (key === 'connect') return connect;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });

  function connect(...heard: Parameters<Pool['connect']>): unknown {
    // The form with a callback is for hearing of new entries, which has its own way to begin again.
    if (heard.length > 0) return pool.connect(...heard);
    if (ended()) return new Promise(() => undefined);
    return (pool.connect() as unknown as Promise<PoolClient>).then(patientClient, translate);
  }
}

function patientClient(client: PoolClient): PoolClient {
  return new Proxy(client, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      if (key !== 'query') return value.bind(target);
      return (...args: unknown[]) => Promise.resolve(value.apply(target, args)).catch(translate);
    },
  });
}

function translate(cause: unknown): never {
  if (!isDatabaseAway(cause)) throw cause;
  throw Object.assign(new Error((cause as Error).message, { cause }), { code: tryAgain });
}
