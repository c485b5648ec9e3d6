// Who hears what rooms tell: topic, listener, what it does. One line each.
import type { Cause } from '@signalbox/protocol';
import type { Db, Listeners, Live, Tell } from '../base/index.ts';
import type { Mirrors } from '../forges/index.ts';
import type { QueueLimits } from '../queue/index.ts';
import { look, type Report } from '../source/index.ts';
import type { Configurations } from './configurations.ts';
import { type PlanAsked, planPipeline } from './plan-pipeline.ts';

/** The table that `tell` writes by: every topic with the names of its listeners. */
export const topics = {
  'push-received': ['plan-pipeline'],
  'plan-asked': ['plan-pipeline'],
  'look-asked': ['look'],
} as const satisfies Record<string, readonly string[]>;

export type SubscriberParts = {
  readonly db: Db;
  readonly live: Live;
  readonly tell: Tell;
  readonly mirrors: Mirrors;
  readonly queueLimits: QueueLimits;
  readonly configurations: Configurations;
};

export function createSubscribers(parts: SubscriberParts): Listeners {
  const onPush: Cause = 'push';
  return {
    'push-received': {
      'plan-pipeline': ({ pushId }: { pushId: number }) =>
        planPipeline(parts, { pushId, cause: onPush, requestKey: onPush }),
    },
    'plan-asked': { 'plan-pipeline': (asked: PlanAsked) => planPipeline(parts, asked) },
    'look-asked': {
      look: async ({ repoId, report }: { repoId: number; report?: Report }) => {
        await look(parts, repoId, report);
      },
    },
  } satisfies {
    [Topic in keyof typeof topics]: { [Name in (typeof topics)[Topic][number]]: (body: never) => Promise<void> };
  };
}
