// The metrics of what every room stands on: requests and the database. Rooms define their own with the same helpers.
import type { Metrics } from './metrics.ts';

export type GroundMetrics = {
  /** An answer went out. */
  answered(endpoint: string, status: number, seconds: number): void;
  /** A statement goes to the database: give it to `openDb` as `onQuery`. */
  queried(): void;
  /** Shows how many connections the pool has and how many callers wait for one. */
  watchConnections(pools: Readonly<Record<string, Pool>>): void;
};
type Pool = { readonly totalCount: number; readonly idleCount: number; readonly waitingCount: number };

const statusClasses = ['1xx', '2xx', '3xx', '4xx', '5xx'] as const;
/** A claim waits up to a minute by design, so the upper end is coarse and the lower end fine. */
const requestBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 60];

/** `endpoints`: all that are to be told apart; anything else is counted as `other`. */
export function defineGroundMetrics(metrics: Metrics, endpoints: readonly string[]): GroundMetrics {
  const requests = metrics.histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the head of a request to the end of its answer.',
    labels: { endpoint: endpoints, status: statusClasses },
    buckets: requestBuckets,
  });
  const queries = metrics.counter({ name: 'database_queries_total', help: 'Statements sent to the database.' });
  return {
    answered(endpoint, status, seconds) {
      requests.observe({ endpoint, status: statusClassOf(status) }, seconds);
    },
    queried: () => queries.add({}),
    watchConnections(pools) {
      metrics.gauge({
        name: 'database_connections',
        help: 'Connections to the database: busy, idle; waiting: callers that have none yet.',
        labels: { pool: Object.keys(pools), state: ['busy', 'idle', 'waiting'] },
        read(gauge) {
          for (const [pool, { totalCount, idleCount, waitingCount }] of Object.entries(pools)) {
            gauge.set({ pool, state: 'busy' }, totalCount - idleCount);
            gauge.set({ pool, state: 'idle' }, idleCount);
            gauge.set({ pool, state: 'waiting' }, waitingCount);
          }
        },
      });
    },
  };
}

function statusClassOf(status: number): (typeof statusClasses)[number] {
  return statusClasses[Math.floor(status / 100) - 1] ?? '5xx';
}
