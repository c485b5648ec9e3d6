// How much of something there is, as a bar beside the words that say the same. Not <meter>: Chromium lays its parts out by itself.
import styles from './bar.module.css';

type Props = {
  readonly value: number;
  readonly most: number;
  readonly tone: 'running' | 'ready';
  readonly title?: string;
};

export function Bar({ value, most, tone, title }: Props) {
  const percent = most > 0 ? Math.min(100, (value / most) * 100) : 0;
  return (
    <div className={styles['bar']} aria-hidden="true" title={title}>
      <div className={styles[tone]} style={{ width: `${value > 0 ? Math.max(2, percent) : 0}%` }} />
    </div>
  );
}
