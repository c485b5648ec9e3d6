// How a case went: its words, and its sign in its colour. `flaky` is a word that jobs do not know.
import type { CaseState } from '@signalbox/protocol/browser';
import styles from './results.module.css';

export const caseSigns: Readonly<Record<CaseState, string>> = {
  failed: '✕',
  errored: '!',
  flaky: '~',
  skipped: '–',
  passed: '✓',
};

export function CaseMark({ state }: { state: CaseState }) {
  return (
    <span className={`${styles['mark']} ${styles[state]}`} role="img" aria-label={state} title={state}>
      {caseSigns[state]}
    </span>
  );
}
