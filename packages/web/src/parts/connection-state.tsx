// Whether this page hears of changes at once: a lamp and a word.
import { useLiveState } from '../live/use-live.ts';
import styles from './connection-state.module.css';

const words = {
  live: ['live', 'Changes show at once.'],
  connecting: ['connecting', 'Connecting to the server.'],
  away: ['trying again', 'The server does not answer. The page tries again by itself and looks every 30 s.'],
  resting: ['resting', 'This page was out of sight and looks every 30 s.'],
} as const;

export function ConnectionState() {
  const state = useLiveState();
  const [word, title] = words[state];
  return (
    <span className={`${styles['state']} ${styles[state]}`} title={title} role="status">
      {word}
    </span>
  );
}
