// One line of a log: its number, which is a link, and its text in its colours. Text nodes only.
import { type MouseEvent, memo } from 'react';
import type { Line } from './lines.ts';
import styles from './log-line.module.css';
import { type Span, spansOf } from './spans.ts';

type Props = {
  readonly line: Line;
  readonly number: number;
  readonly chosen: boolean;
  readonly error: boolean;
  readonly onNumber: (number: number, extend: boolean) => void;
};

export const LogLine = memo(function LogLine({ line, number, chosen, error, onNumber }: Props) {
  const click = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    onNumber(number, event.shiftKey);
  };
  return (
    <div className={`${styles['line']} ${error ? styles['error'] : ''} ${chosen ? styles['chosen'] : ''}`}>
      <a className={styles['number']} href={`#L${number}`} aria-label={`Line ${number}`} tabIndex={-1} onClick={click}>
        {number}
      </a>
      <span className={styles['text']}>
        <Spans spans={spansOf(line)} />
        {line.cut > 0 ? <em> … {line.cut.toLocaleString('en')} more characters: see the raw log</em> : null}
      </span>
    </div>
  );
});

function Spans({ spans }: { spans: readonly Span[] }) {
  return spans.map((span) => {
    if (!span.color && !span.background && span.decorations.length === 0) return span.text;
    const classes = span.decorations.map((name) => styles[name]);
    const style: Record<string, string> = {};
    if (span.color?.startsWith('rgb')) {
      classes.push(styles['own-color']);
      style['--own-color'] = span.color;
    } else if (span.color) classes.push(styles[span.color]);
    if (span.background?.startsWith('rgb')) {
      classes.push(styles['own-background']);
      style['--own-background'] = span.background;
    } else if (span.background) classes.push(styles[`on-${span.background}`]);
    return (
      <span key={span.start} className={classes.join(' ')} style={style}>
        {span.text}
      </span>
    );
  });
}
