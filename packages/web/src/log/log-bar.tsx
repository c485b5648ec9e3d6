// What one can do with a log: search it, go to its error lines, follow it, fold it, see its times, take it along.
import {
  ArrowDownToLine,
  ChevronDown,
  ChevronsDownUp,
  ChevronsUpDown,
  ChevronUp,
  GitCompare,
  Maximize2,
  Minimize2,
} from 'lucide-react';
import type { ReactNode } from 'react';
import { Button, buttonClass } from '../parts/button.tsx';
import { counted, size } from '../text/size.ts';
import styles from './log-bar.module.css';
import { TimeChooser } from './time-chooser.tsx';
import type { TimeMode } from './times.ts';

type Props = {
  readonly lines: number;
  readonly sizeBytes: number;
  readonly errors: readonly number[];
  /** From this line on nobody looked for more. */
  readonly errorsUpTo: number | null;
  /** The error line that was gone to last. */
  readonly at: number | null;
  readonly goToError: (by: 1 | -1) => void;
  readonly grows: boolean;
  readonly following: boolean;
  readonly toggleFollow: () => void;
  /** Null: it has no sections. */
  readonly sections: { readonly isAnyOpen: boolean; readonly toggleAll: () => void } | null;
  /** Null: nobody knows when its lines were printed. */
  readonly times: { readonly mode: TimeMode; readonly choose: (mode: TimeMode) => void } | null;
  /** Null: there is nothing to compare yet. */
  readonly compare: { readonly isOpen: boolean; readonly toggle: () => void } | null;
  readonly whole: boolean;
  /** Null when there is nothing more to see in a higher panel. */
  readonly toggleWhole: (() => void) | null;
  readonly rawHref: string;
  readonly search: ReactNode;
};

export function LogBar(props: Props) {
  const { errors, errorsUpTo, at, goToError, grows, following, sections, times, compare } = props;
  const compareButton = compare ? (
    <Button
      kind="plain"
      pressed={compare.isOpen}
      onPress={compare.toggle}
      label={compare.isOpen ? 'Back to the log' : 'Compare with the last green run'}
      title="Compare with the last green run of this lane (d)"
    >
      <GitCompare size={14} aria-hidden="true" />
      <span className={styles['word']}>{compare.isOpen ? 'Back to the log' : 'Compare'}</span>
    </Button>
  ) : null;
  if (compare?.isOpen) return <div className={styles['bar']}>{compareButton}</div>;
  return (
    <div className={styles['bar']}>
      {props.search}
      {errors.length > 0 ? (
        <span className={styles['errors']}>
          <Button onPress={() => goToError(1)} title="Next error line (n)">
            <ChevronDown size={14} aria-hidden="true" />
            {at === null ? 'First error' : 'Next error'}
          </Button>
          <Button onPress={() => goToError(-1)} title="Previous error line (p)" label="Previous error line">
            <ChevronUp size={14} aria-hidden="true" />
          </Button>
          <span
            className={styles['count']}
            title={errorsUpTo === null ? undefined : `Nobody looked for more from line ${errorsUpTo} on`}
          >
            {at !== null && errors.includes(at) ? `${errors.indexOf(at) + 1} of ` : null}
            {errors.length}
            {errorsUpTo === null ? null : '+'}
          </span>
        </span>
      ) : null}
      {grows ? (
        <Button pressed={following} onPress={props.toggleFollow} title="Stay at the end of the log (f)">
          <ArrowDownToLine size={14} aria-hidden="true" /> Follow
        </Button>
      ) : null}
      <span className={styles['amount']}>
        {counted(props.lines, 'line')}, {size(props.sizeBytes)}
      </span>
      <span className={styles['view']}>
        {compareButton}
        {times ? <TimeChooser mode={times.mode} choose={times.choose} /> : null}
        {sections ? (
          <Button
            kind="plain"
            onPress={sections.toggleAll}
            title={`${sections.isAnyOpen ? 'Close' : 'Open'} all sections (o)`}
            label={`${sections.isAnyOpen ? 'Close' : 'Open'} all sections`}
          >
            {sections.isAnyOpen ? (
              <ChevronsDownUp size={14} aria-hidden="true" />
            ) : (
              <ChevronsUpDown size={14} aria-hidden="true" />
            )}
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
      </span>
    </div>
  );
}
