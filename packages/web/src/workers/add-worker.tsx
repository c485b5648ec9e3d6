// Makes a token for a worker and shows the command that starts it; the token is seen here once and never again.
import type { Pool } from '@signalbox/protocol/browser';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { client } from '../api/client.ts';
import { buttonClass } from '../parts/button.tsx';
import { Command } from '../parts/command.tsx';
import { Dialog } from '../parts/dialog.tsx';
import styles from './add-worker.module.css';
import { serverAddress, workerCommand } from './worker-command.ts';

export function AddWorker({ pools, onClose }: { pools: readonly Pool[]; onClose: () => void }) {
  const [name, setName] = useState('');
  const [served, setServed] = useState(pools.map((pool) => pool.name).join(', '));
  const names = served.split(/[\s,]+/).filter(Boolean);
  const make = useMutation({
    mutationFn: () => client.call('create-token', { body: { kind: 'worker', name: name.trim(), pools: names } }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate();
  };
  return (
    <Dialog title="Add a worker" onClose={onClose}>
      {make.data ? (
        <>
          <p>On the machine that is to work, with Node and git, run this. The token is shown only now.</p>
          <Command text={workerCommand(serverAddress(), make.data.secret, names)} />
          <p className={styles['quiet']}>It appears in the list as soon as it has registered.</p>
        </>
      ) : (
        <form className={styles['form']} onSubmit={submit}>
          <label>
            Name of its token
            <input
              required
              maxLength={100}
              value={name}
              placeholder="mac-mini-3"
              onChange={(event) => setName(event.target.value)}
            />
          </label>
          <label>
            Pools that it serves
            <input required value={served} placeholder="linux" onChange={(event) => setServed(event.target.value)} />
          </label>
          {make.error ? (
            <p role="alert" className={styles['problem']}>
              {make.error.message}
            </p>
          ) : null}
          <button type="submit" className={buttonClass['primary']} disabled={make.isPending}>
            Make the token
          </button>
        </form>
      )}
    </Dialog>
  );
}
