// Workers: whether they are there, what each runs and since when. Silent ones are marked.
import type { Worker } from '@signalbox/protocol/browser';
import { Link } from '@tanstack/react-router';
import { Command } from '../parts/command.tsx';
import { Ago, Lasting } from '../parts/time.tsx';
import { counted } from '../text/size.ts';
import { Hold, HoldButton } from './hold.tsx';
import { serverAddress, workerCommand } from './worker-command.ts';
import styles from './worker-table.module.css';

const states: Readonly<Record<Worker['state'], readonly [sign: string, title: string]>> = {
  idle: ['○ idle', 'It waits for work.'],
  busy: ['▶ busy', 'It runs something.'],
  draining: ['↓ draining', 'It ends what it runs and takes nothing new.'],
  silent: ['! silent', 'It is overdue. Its runs are given to others when their claims end.'],
  gone: ['– gone', 'It signed off, or was lost.'],
};

export function WorkerTable({ workers }: { workers: readonly Worker[] }) {
  if (workers.length === 0) {
    return (
      <section className={styles['none']}>
        <h2>No worker yet</h2>
        <p>Jobs wait until a worker takes them. On any machine with Node and git that reaches this server:</p>
        <Command text={workerCommand(serverAddress(), 'TOKEN', [])} />
        <p>“Add a worker” makes the token.</p>
      </section>
    );
  }
  return (
    <section aria-labelledby="workers">
      <h2 id="workers">Workers</h2>
      <table className={styles['table']}>
        <thead>
          <tr>
            <th scope="col">Worker</th>
            <th scope="col">State</th>
            <th scope="col">Runs</th>
            <th scope="col">Pools</th>
            <th scope="col">Machine</th>
            <th scope="col">Last heard</th>
            <td />
          </tr>
        </thead>
        <tbody>
          {workers.map((worker) => {
            const [sign, title] = states[worker.state];
            return (
              <tr key={worker.id} data-state={worker.state}>
                <th scope="row">{worker.name}</th>
                <td data-label="State">
                  <div>
                    <span className={styles[worker.state]} title={title}>
                      {sign}
                    </span>
                    <Hold worker={worker} />
                    <Errors worker={worker} />
                  </div>
                </td>
                <td data-label={`Runs (${worker.running.length} of ${worker.capacity})`}>
                  <Running worker={worker} />
                </td>
                <td data-label="Pools">{worker.pools.join(', ')}</td>
                <td data-label="Machine">
                  <span>
                    {worker.platform} <small title="version of the worker">{worker.version}</small>
                    {worker.cost > 0 ? <small title="Cheaper workers come first"> cost {worker.cost}</small> : null}
                  </span>
                </td>
                <td data-label="Last heard">
                  <Ago at={worker.lastSeenAt} />
                </td>
                <td className={styles['act']}>
                  <HoldButton worker={worker} />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

/** Runs that ended by no fault of the code: many in a row mean that the machine is ill. */
function Errors({ worker }: { worker: Worker }) {
  if (worker.erroredInARow === 0) return null;
  return <p className={styles['errors']}>! {counted(worker.erroredInARow, 'run')} errored in a row</p>;
}

function Running({ worker }: { worker: Worker }) {
  if (worker.running.length === 0) return <span className={styles['quiet']}>nothing of {worker.capacity}</span>;
  return (
    <ul>
      {worker.running.map((run) => (
        <li key={run.runId}>
          <Link to="/jobs/$job" params={{ job: String(run.jobId) }} search={{ run: run.runId }}>
            {run.jobName}
          </Link>{' '}
          <small>
            <Lasting from={run.claimedAt} to={null} />
          </small>
        </li>
      ))}
    </ul>
  );
}
