// What one can do with a log: go to its error lines, follow it, take it along.
import { ArrowDownToLine, ChevronDown, ChevronUp, Maximize2, Minimize2 } from 'lucide-react';
import { Button, buttonClass } from '../parts/button.tsx';
import { counted, size } from '../text/size.ts';
import styles from './log-bar.module.css';

type Props = {
  readonly lines: number;
  readonly sizeBytes: number;
  readonly errors: readonly number[];
  /** The error line that was gone to last. */
  readonly at: number | null;
  readonly goTo: (line: number) => void;
  readonly grows: boolean;
  readonly following: boolean;
  readonly toggleFollow: () => void;
  readonly whole: boolean;
  /** Null when there is nothing more to see in a higher panel. */
  readonly toggleWhole: (() => void) | null;
  readonly rawHref: string;
};

export function LogBar(props: Props) {
  const { errors, at, goTo, grows, following } = props;
  return (
    <div className={styles['bar']}>
      <span className={styles['amount']}>
        {counted(props.lines, 'line')}, {size(props.sizeBytes)}
      </span>
      {errors.length > 0 ? (
        <span className={styles['errors']}>
          <Button onPress={() => goTo(nextError(errors, at, 1))} title="Next error line (n)">
            <ChevronDown size={14} aria-hidden="true" />
            {at === null ? 'First error' : 'Next error'}
          </Button>
          <Button
            onPress={() => goTo(nextError(errors, at, -1))}
            title="Previous error line (p)"
            label="Previous error line"
          >
            <ChevronUp size={14} aria-hidden="true" />
          </Button>
          <span className={styles['count']}>
            {at === null ? errors.length : `${errors.indexOf(at) + 1} of ${errors.length}`}
          </span>
        </span>
      ) : null}
      {grows ? (
        <Button pressed={following} onPress={props.toggleFollow} title="Stay at the end of the log (f)">
          <ArrowDownToLine size={14} aria-hidden="true" /> Follow
        </Button>
      ) : null}
      {props.toggleWhole ? (
        <Button kind="plain" onPress={props.toggleWhole} label={props.whole ? 'Lower panel' : 'Higher panel'}>
          {props.whole ? <Minimize2 size={14} aria-hidden="true" /> : <Maximize2 size={14} aria-hidden="true" />}
        </Button>
      ) : null}
      <a className={`${buttonClass['plain']} ${styles['raw']}`} href={props.rawHref} target="_blank" rel="noreferrer">
        Raw
      </a>
    </div>
  );
}

/** From one error line to the next, or round. */
export function nextError(errors: readonly number[], at: number | null, step: 1 | -1): number {
  const index = at === null ? (step === 1 ? -1 : 0) : errors.indexOf(at);
  return errors[(index + step + errors.length) % errors.length] ?? 1;
}
