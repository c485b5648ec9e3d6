// The machines: pools with what waits in each, workers with what they do, and how to add one.
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useMayNot } from '../api/actions.ts';
import { pausesQuery, poolsQuery, workersQuery } from '../api/queries.ts';
import { useLive } from '../live/use-live.ts';
import { Button } from '../parts/button.tsx';
import { Page } from '../parts/page.tsx';
import { Bones, Trouble } from '../parts/states.tsx';
import { AddWorker } from '../workers/add-worker.tsx';
import { PoolList } from '../workers/pool-list.tsx';
import { WorkerTable } from '../workers/worker-table.tsx';
import styles from './workers.module.css';

export function WorkersPage() {
  const workers = useQuery(workersQuery);
  const pools = useQuery(poolsQuery);
  const pauses = useQuery(pausesQuery);
  const again = () => Promise.all([workers.refetch(), pools.refetch(), pauses.refetch()]);
  useLive(['workers', 'pauses'], again);
  const [adding, setAdding] = useState(false);
  const mayNot = useMayNot('admin');
  const problem = workers.error ?? pools.error ?? pauses.error;
  return (
    <Page title="Workers" stand={null}>
      <div className={styles['page']}>
        <header className={styles['header']}>
          <h1>Workers and pools</h1>
          <Button kind="primary" onPress={() => setAdding(true)} whyNot={mayNot}>
            Add a worker
          </Button>
        </header>
        {workers.data && pools.data && pauses.data ? (
          <>
            <PoolList pools={pools.data} pauses={pauses.data} costs={workers.data.some((one) => one.cost > 0)} />
            <WorkerTable workers={workers.data} />
          </>
        ) : problem ? (
          <Trouble problem={problem} what="workers" again={again} />
        ) : (
          <Bones what="the workers" rows={4} />
        )}
        {adding ? <AddWorker pools={pools.data ?? []} onClose={() => setAdding(false)} /> : null}
      </div>
    </Page>
  );
}
