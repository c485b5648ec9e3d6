// One line of a log: its number, which is a link, its time, and its text in its colours. Text nodes only.
import { type MouseEvent, memo, type ReactNode } from 'react';
import { duration } from '../text/time.ts';
import type { Line } from './lines.ts';
import styles from './log-line.module.css';
import { LongLine } from './long-line.tsx';
import { type MarkedSpan, type Match, marked } from './matches.ts';
import { spansOf } from './spans.ts';

type Props = {
  /** null: it is on its way. */
  readonly line: Line | null;
  readonly number: number;
  readonly chosen: boolean;
  readonly error: boolean;
  /** It is the one that was gone to last. */
  readonly current: boolean;
  /** It is for programs. */
  readonly quiet: boolean;
  readonly matches: readonly Match[];
  readonly time: string | null;
  /** Milliseconds without output before it, where that was long. */
  readonly gap: number | null;
  readonly onNumber: (number: number, extend: boolean) => void;
  /** Of the line that is not shown, where it is long; null: nothing can be done about it here. */
  readonly readRest: ((number: number, length: number) => Promise<string>) | null;
  readonly rawHref: string;
  /** Instead of its text: the name of a section. */
  readonly children?: ReactNode;
};

export const LogLine = memo(function LogLine(props: Props) {
  const { line, number, chosen, error, current, quiet, matches, time, gap, onNumber, children } = props;
  const click = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    onNumber(number, event.shiftKey);
  };
  const classes = [
    styles['line'],
    children && styles['section'],
    error && styles['error'],
    chosen && styles['chosen'],
    current && styles['current'],
    quiet && styles['quiet'],
  ];
  return (
    <>
      {gap === null ? null : <div className={styles['gap']}>{duration(gap)} without output</div>}
      <div className={classes.filter(Boolean).join(' ')} aria-current={current || undefined}>
        <a
          className={styles['number']}
          href={`#L${number}`}
          aria-label={`Line ${number}`}
          tabIndex={-1}
          onClick={click}
        >
          {number}
        </a>
        <span className={styles['sign']}>{error ? <span title="Error line">✕</span> : null}</span>
        {time === null ? null : <span className={styles['time']}>{time}</span>}
        {children ?? (
          <span className={styles['text']}>
            {line ? <Spans spans={marked(spansOf(line), matches)} /> : null}
            {line && line.cut > 0 ? (
              <LongLine line={line} number={number} readRest={props.readRest} rawHref={props.rawHref} />
            ) : null}
          </span>
        )}
      </div>
    </>
  );
});

export function Spans({ spans }: { spans: readonly MarkedSpan[] }) {
  return spans.map((span) => {
    if (!span.color && !span.background && span.decorations.length === 0 && !span.href && !span.isMatch) {
      return span.text;
    }
    const classes = span.decorations.map((name) => styles[name]);
    const style: Record<string, string> = {};
    if (span.color?.startsWith('rgb')) {
      classes.push(styles['own-color']);
      style['--own-color'] = span.color;
    } else if (span.color) classes.push(styles[span.color]);
    if (span.background?.startsWith('rgb')) {
      // Where nothing is to be read on it, it is a picture: as it is.
      classes.push(styles[span.text.trim() === '' ? 'own-block' : 'own-background']);
      style['--own-background'] = span.background;
    } else if (span.background) classes.push(styles[`on-${span.background}`]);
    const inside = span.isMatch ? <mark className={styles['match']}>{span.text}</mark> : span.text;
    if (span.href) {
      return (
        <a
          key={span.start}
          className={classes.join(' ')}
          style={style}
          href={span.href}
          title={span.href}
          target="_blank"
          rel="noreferrer noopener nofollow"
        >
          {inside}
        </a>
      );
    }
    return (
      <span key={span.start} className={classes.join(' ')} style={style}>
        {inside}
      </span>
    );
  });
}
