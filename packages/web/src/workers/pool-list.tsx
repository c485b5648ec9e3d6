// Pools: those in which jobs wait for a worker that is not there come first, then those that somebody paused.
import type { Pause, Pool } from '@signalbox/protocol/browser';
import { isStuck, PoolCard } from './pool-card.tsx';
import styles from './pool-list.module.css';

type Props = { readonly pools: readonly Pool[]; readonly pauses: readonly Pause[]; readonly costs: boolean };

export function PoolList({ pools, pauses, costs }: Props) {
  if (pools.length === 0) {
    return <p className={styles['none']}>No pool yet: a pool is there when a job names it or a worker serves it.</p>;
  }
  const pauseOf = (pool: Pool) => pauses.find((one) => one.kind === 'pool' && one.pool === pool.name);
  const urgency = (pool: Pool) => (isStuck(pool) ? 2 : pauseOf(pool) ? 1 : 0);
  const longest = Math.max(...pools.map((pool) => pool.ready));
  return (
    <section aria-labelledby="pools">
      <h2 id="pools">Pools</h2>
      <ul className={styles['pools']}>
        {[...pools]
          .sort((a, b) => urgency(b) - urgency(a))
          .map((pool) => (
            <PoolCard key={pool.name} pool={pool} pause={pauseOf(pool)} longest={longest} costs={costs} />
          ))}
      </ul>
    </section>
  );
}
