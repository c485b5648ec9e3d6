// Chooses which time stands before each line.
import styles from './log-bar.module.css';
import { type TimeMode, timeModes } from './times.ts';

const names: Readonly<Record<TimeMode, string>> = {
  none: 'No times',
  absolute: 'Time of day (UTC)',
  relative: 'Since the step began',
  delta: 'Since the line before',
};

export function TimeChooser({ mode, choose }: { mode: TimeMode; choose: (mode: TimeMode) => void }) {
  return (
    <select
      className={styles['times']}
      aria-label="Times of lines"
      aria-keyshortcuts="t"
      title="Times of lines (t)"
      value={mode}
      onChange={(event) => choose(event.target.value as TimeMode)}
    >
      {timeModes.map((one) => (
        <option key={one} value={one}>
          {names[one]}
        </option>
      ))}
    </select>
  );
}

/** The one after this, for the key. */
export function nextMode(mode: TimeMode): TimeMode {
  return timeModes[(timeModes.indexOf(mode) + 1) % timeModes.length] ?? 'none';
}
