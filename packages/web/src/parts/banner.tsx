// A line across the page, below the bar, while something holds all of it up: what, why, since when, and what can be done.
import { OctagonX, TrafficCone } from 'lucide-react';
import type { ReactNode } from 'react';
import styles from './banner.module.css';

const icons = { stop: TrafficCone, trouble: OctagonX };

type Props = {
  /** `stop`: a person stopped it. `trouble`: something is broken. */
  readonly kind: keyof typeof icons;
  readonly title: string;
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
};

export function Banner({ kind, title, children, actions }: Props) {
  const Icon = icons[kind];
  return (
    <section className={styles[kind]} aria-label={title}>
      <Icon size={18} aria-hidden="true" />
      <div className={styles['words']}>
        <strong>{title}</strong> {children}
      </div>
      <div className={styles['actions']}>{actions}</div>
    </section>
  );
}

export const bannerClass = styles;
