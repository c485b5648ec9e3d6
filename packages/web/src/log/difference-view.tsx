// One place where two logs part: the lines before it, those of the green run, those that stand here instead.
import type { LogDifference } from '@signalbox/protocol/browser';
import { Link } from '@tanstack/react-router';
import { counted } from '../text/size.ts';
import styles from './compare-view.module.css';
import { formatRange } from './line-range.ts';

type Props = { readonly difference: LogDifference; readonly run: number; readonly isFirst: boolean };

export function DifferenceView({ difference, run, isFirst }: Props) {
  const { stepName, step, line, lines, here, there, thereLines, before, kind } = difference;
  const range = formatRange({ from: line, to: Math.max(line, line + lines - 1) });
  return (
    <section className={styles['difference']} aria-label={`${stepName}, line ${line}`}>
      <h4>
        {isFirst ? <span className={styles['first']}>First difference</span> : null}
        {step === null ? (
          stepName
        ) : (
          <Link
            from="/jobs/$job"
            search={(old) => ({ ...old, run, step, compare: undefined, q: undefined, only: undefined })}
            hash={range}
            hashScrollIntoView={false}
            resetScroll={false}
          >
            {stepName}, line {line.toLocaleString('en')}
          </Link>
        )}
        <small>{wordsFor(difference)}</small>
      </h4>
      {kind === 'step' ? null : (
        <pre className={styles['lines']}>
          <Some lines={before} sign=" " name="same" />
          <Some lines={there} sign="−" name="there" more={thereLines - there.length} />
          <Some lines={here} sign="+" name="here" more={lines - here.length} />
        </pre>
      )}
    </section>
  );
}

function Some(props: { lines: readonly string[]; sign: string; name: 'same' | 'there' | 'here'; more?: number }) {
  const { lines, sign, name, more = 0 } = props;
  return (
    <>
      {lines.map((text, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines of a log have no other name than their place.
        <div key={index} className={styles[name]}>
          <span className={styles['sign']}>{sign}</span>
          {text || ' '}
        </div>
      ))}
      {more > 0 ? (
        <div className={styles[name]}>
          <span className={styles['sign']}>{sign}</span>
          <em>… {counted(more, 'more line')}</em>
        </div>
      ) : null}
    </>
  );
}

function wordsFor({ kind, step, thereStep, lines, thereLines }: LogDifference): string {
  if (kind === 'step') {
    if (step === null) return 'Only the green run has this step';
    return thereStep === null ? 'The green run has no such step' : 'Only one of the two printed anything';
  }
  if (lines === 0) return `${counted(thereLines, 'line')} of the green run missing`;
  if (thereLines === 0) return `${counted(lines, 'line')} more than the green run`;
  return `${counted(lines, 'line')} here, ${thereLines.toLocaleString('en')} in the green run`;
}
