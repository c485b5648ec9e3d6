// What a page shows while it has nothing to show: bones of what comes, or what went wrong and what to do.
import { Refused } from '@signalbox/protocol/browser';
import { useEffect, useState } from 'react';
import { Button } from './button.tsx';
import styles from './states.module.css';

/** Grey bones in the place of what is being read; after a second it says so in words too. */
export function Bones({ rows = 6, what }: { rows?: number; what: string }) {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 1000);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className={styles['bones']} aria-busy="true">
      <p className={styles['late']} role="status">
        {late ? `Reading ${what}…` : ''}
      </p>
      {Array.from({ length: rows }, (_, index) => `bone ${index}`).map((key) => (
        <div key={key} className={styles['bone']} />
      ))}
    </div>
  );
}

/** Something could not be read. What is known about it, and the one thing to do. */
export function Trouble({ problem, what, again }: { problem: Error; what: string; again: () => void }) {
  const missing = problem instanceof Refused && problem.code.endsWith('not-found');
  return (
    <section className={styles['trouble']} role="alert">
      <h2>{missing ? `There is no such ${what}` : `Could not read the ${what}`}</h2>
      <p>{problem.message}</p>
      {missing ? (
        <p>
          It may have been removed, or the address is mistyped. <a href="/repos">See all repositories</a>.
        </p>
      ) : (
        <p>The page tries again by itself when the server answers.</p>
      )}
      {missing ? null : <Button onPress={again}>Try again now</Button>}
    </section>
  );
}
