// What is wrong in a configuration, each with its line and what to do: for mistakes and for warnings.
import type { Mistake } from '@signalbox/protocol/browser';
import styles from './mistake-list.module.css';

export function MistakeList({ mistakes }: { mistakes: readonly Mistake[] }) {
  return (
    <ol className={styles['list']}>
      {mistakes.map((mistake) => (
        <li key={`${mistake.file}:${mistake.line}:${mistake.column}:${mistake.message}`}>
          <MistakeText mistake={mistake} />
        </li>
      ))}
    </ol>
  );
}

function MistakeText({ mistake }: { mistake: Mistake }) {
  const number = String(mistake.line);
  return (
    <>
      <p>
        <code>
          {mistake.file}:{mistake.line}:{mistake.column}
        </code>{' '}
        <strong>{mistake.message}</strong>
      </p>
      <pre className={styles['excerpt']}>
        <span className={styles['number']}>{number} </span>
        {mistake.excerpt}
        {'\n'}
        <span className={styles['caret']}>{`${' '.repeat(number.length + mistake.column)}^`}</span>
      </pre>
      {mistake.hint ? <p className={styles['hint']}>{mistake.hint}</p> : null}
    </>
  );
}
