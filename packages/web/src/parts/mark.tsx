// How something stands, as a coloured disc with a sign in it; the sign tells it without the colour.
import { type Stand, standSigns, standWords } from '../text/stand.ts';
import styles from './mark.module.css';

/** `label` null: words beside it say the same. */
export function Mark({ stand, label, large }: { stand: Stand; label?: string | null; large?: boolean }) {
  const words = label === undefined ? standWords[stand] : label;
  const className = `${styles['mark']} ${styles[stand]} ${large ? styles['large'] : ''}`;
  return words === null ? (
    <span className={className} aria-hidden="true">
      {standSigns[stand]}
    </span>
  ) : (
    <span className={className} role="img" aria-label={words} title={words}>
      {standSigns[stand]}
    </span>
  );
}
