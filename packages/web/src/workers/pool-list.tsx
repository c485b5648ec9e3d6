// Pools: how much they do of what they can, what waits, and for how long the oldest has waited.
import type { Pool } from '@signalbox/protocol/browser';
import { Lasting } from '../parts/time.tsx';
import { counted } from '../text/size.ts';
import styles from './pool-list.module.css';

export function PoolList({ pools }: { pools: readonly Pool[] }) {
  if (pools.length === 0) {
    return <p className={styles['none']}>No pool yet: a pool is there when a job names it or a worker serves it.</p>;
  }
  return (
    <section aria-labelledby="pools">
      <h2 id="pools">Pools</h2>
      <ul className={styles['pools']}>
        {[...pools]
          .sort((a, b) => Number(isStuck(b)) - Number(isStuck(a)))
          .map((pool) => (
            <li key={pool.name} className={styles['pool']}>
              <h3>{pool.name}</h3>
              <Use pool={pool} />
              <Waiting pool={pool} />
            </li>
          ))}
      </ul>
    </section>
  );
}

/** Jobs wait and no worker is there: that comes first. */
function isStuck(pool: Pool): boolean {
  return pool.ready > 0 && pool.workers === 0;
}

function Use({ pool }: { pool: Pool }) {
  if (pool.workers === 0) return <p>{pool.running} running, and no worker there now</p>;
  return (
    <>
      <p className={styles['use']}>
        <strong>{pool.running}</strong> of {pool.capacity} running on {counted(pool.workers, 'worker')}
      </p>
      <meter min={0} max={Math.max(pool.capacity, 1)} value={pool.running} aria-label={`Use of ${pool.name}`}>
        {pool.running} of {pool.capacity}
      </meter>
    </>
  );
}

function Waiting({ pool }: { pool: Pool }) {
  if (pool.ready === 0) return <p className={styles['quiet']}>Nothing waits.</p>;
  return (
    <p className={isStuck(pool) ? styles['stuck'] : undefined}>
      {counted(pool.ready, 'job')} {pool.ready === 1 ? 'waits' : 'wait'}
      {pool.oldestReadyAt ? (
        <>
          , the oldest for <Lasting from={pool.oldestReadyAt} to={null} />
        </>
      ) : null}
      {isStuck(pool) ? '. No worker serves this pool now: start one.' : null}
    </p>
  );
}
