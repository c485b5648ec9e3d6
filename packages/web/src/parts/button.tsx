// A button that says why when it cannot be pressed, and shows that it is at work when it was.
import type { ReactNode } from 'react';
import styles from './button.module.css';

type Props = {
  readonly onPress: () => void;
  readonly children: ReactNode;
  readonly kind?: 'button' | 'primary' | 'danger' | 'plain';
  /** Why it cannot be pressed now; the button stays in reach so that everyone can read it. */
  readonly whyNot?: string | null;
  readonly busy?: boolean;
  readonly pressed?: boolean;
  readonly title?: string;
  readonly label?: string;
};

export function Button({ onPress, children, kind = 'button', whyNot, busy, pressed, title, label }: Props) {
  return (
    <button
      type="button"
      className={styles[kind]}
      title={whyNot ?? title}
      aria-label={label}
      aria-pressed={pressed}
      aria-busy={busy || undefined}
      aria-disabled={whyNot ? true : undefined}
      onClick={() => {
        if (!whyNot && !busy) onPress();
      }}
    >
      {children}
    </button>
  );
}

export const buttonClass = styles;
