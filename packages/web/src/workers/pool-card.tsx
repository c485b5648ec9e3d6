// One pool: how much it does of what it can, what waits, whether somebody paused it, and its limits.
import type { Pause, Pool } from '@signalbox/protocol/browser';
import { CirclePause, Coins } from 'lucide-react';
import { useState } from 'react';
import { useMayNot } from '../api/actions.ts';
import { Bar } from '../parts/bar.tsx';
import { Button } from '../parts/button.tsx';
import { ResumeButton } from '../parts/pause-banners.tsx';
import { PauseDialog } from '../parts/pause-dialog.tsx';
import { Ago, Lasting } from '../parts/time.tsx';
import { counted } from '../text/size.ts';
import { duration } from '../text/time.ts';
import styles from './pool-card.module.css';
import { WaitBudgetDialog } from './wait-budget-dialog.tsx';

/** Jobs wait and no worker is there: that comes first. */
export function isStuck(pool: Pool): boolean {
  return pool.ready > 0 && pool.workers === 0;
}

type Props = {
  readonly pool: Pool;
  readonly pause: Pause | undefined;
  /** The longest line of all pools, so that their bars can be compared. */
  readonly longest: number;
  /** Some worker costs more than another: then it matters how long jobs wait for a cheaper one. */
  readonly costs: boolean;
};

export function PoolCard({ pool, pause, longest, costs }: Props) {
  return (
    <li className={styles['pool']} data-paused={pause !== undefined || undefined}>
      <h3>{pool.name}</h3>
      {pause ? <Paused pause={pause} /> : null}
      <Use pool={pool} />
      <Queue pool={pool} longest={longest} />
      <Acts pool={pool} pause={pause} costs={costs} />
    </li>
  );
}

function Paused({ pause }: { pause: Pause }) {
  return (
    <p className={styles['paused']}>
      <strong>
        <CirclePause size={14} aria-hidden="true" /> Paused
      </strong>{' '}
      {pause.reason}{' '}
      <small>
        by {pause.by}, <Ago at={pause.at} />
      </small>
    </p>
  );
}

function Use({ pool }: { pool: Pool }) {
  if (pool.workers === 0) return <p>{pool.running} running, and no worker there now</p>;
  return (
    <>
      <p className={styles['use']}>
        <strong>{pool.running}</strong> of {pool.capacity} running on {counted(pool.workers, 'worker')}
      </p>
      <Bar value={pool.running} most={pool.capacity} tone="running" />
    </>
  );
}

function Queue({ pool, longest }: { pool: Pool; longest: number }) {
  if (pool.ready === 0) return <p className={styles['quiet']}>Nothing waits.</p>;
  return (
    <>
      <p className={isStuck(pool) ? styles['stuck'] : undefined}>
        {counted(pool.ready, 'job')} {pool.ready === 1 ? 'waits' : 'wait'}
        {pool.oldestReadyAt ? (
          <>
            , the oldest for <Lasting from={pool.oldestReadyAt} to={null} />
          </>
        ) : null}
        {isStuck(pool) ? '. No worker serves this pool now: start one.' : null}
      </p>
      <Bar value={pool.ready} most={longest} tone="ready" title="Beside the longest line of all pools" />
    </>
  );
}

function Acts({ pool, pause, costs }: Omit<Props, 'longest'>) {
  const [asking, setAsking] = useState<'pause' | 'budget' | null>(null);
  const mayNot = useMayNot('order');
  const budget = pool.waitBudgetSeconds;
  return (
    <div className={styles['acts']}>
      {costs || budget > 0 ? (
        <Button
          onPress={() => setAsking('budget')}
          whyNot={mayNot}
          title="How long jobs wait for a cheaper worker while a dearer one is free"
          label={`Wait of ${pool.name} for a cheaper worker`}
        >
          <Coins size={14} aria-hidden="true" />
          {budget === 0 ? 'Waits for no cheaper one' : `Waits ${duration(budget * 1000)} for a cheaper one`}
        </Button>
      ) : null}
      {pause ? (
        <ResumeButton pause={pause} />
      ) : (
        <Button onPress={() => setAsking('pause')} whyNot={mayNot} label={`Pause ${pool.name}`}>
          Pause…
        </Button>
      )}
      {asking === 'pause' ? (
        <PauseDialog
          title={`Pause the pool ${pool.name}`}
          verb="Pause the pool"
          target={{ kind: 'pool', pool: pool.name }}
          hint="Xcode is being upgraded; back at noon"
          onClose={() => setAsking(null)}
        />
      ) : null}
      {asking === 'budget' ? <WaitBudgetDialog pool={pool} onClose={() => setAsking(null)} /> : null}
    </div>
  );
}
