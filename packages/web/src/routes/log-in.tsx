// Exchanges a person's token for a session.
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { client } from '../api/client.ts';
import { queries, sessionQuery } from '../api/queries.ts';
import { buttonClass } from '../parts/button.tsx';
import { Signal, useTab } from '../parts/signal.tsx';
import styles from './log-in.module.css';

export function LogInPage() {
  useTab('Log in · Signalbox', null);
  const [token, setToken] = useState('');
  const logIn = useMutation({
    mutationFn: () => client.call('log-in', { body: { token: token.trim() } }),
    onSuccess: async (session) => {
      queries.setQueryData(sessionQuery.queryKey, session);
      await queries.invalidateQueries();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    logIn.mutate();
  };
  return (
    <main className={styles['page']}>
      <form className={styles['form']} onSubmit={submit}>
        <h1>
          <Signal /> Signalbox
        </h1>
        <label htmlFor="token">Your token</label>
        <input
          id="token"
          type="password"
          autoComplete="current-password"
          required
          spellCheck={false}
          value={token}
          aria-invalid={logIn.isError}
          aria-describedby="token-help"
          onChange={(event) => setToken(event.target.value)}
        />
        <p role="alert" className={styles['problem']}>
          {logIn.error ? `${logIn.error.message}` : ''}
        </p>
        <button type="submit" className={buttonClass['primary']} disabled={logIn.isPending || token.trim() === ''}>
          {logIn.isPending ? 'Logging in…' : 'Log in'}
        </button>
        <p id="token-help" className={styles['help']}>
          A person token. Whoever runs this server makes one for you; it is exchanged for a cookie and not kept in this
          browser.
        </p>
      </form>
    </main>
  );
}
