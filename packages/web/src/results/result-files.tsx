// Files of results of which something must be said: not read yet, unreadable, broken, or longer than what is kept.
import type { ResultFile } from '@signalbox/protocol/browser';
import styles from './results.module.css';

export function ResultFiles({ files }: { files: readonly ResultFile[] }) {
  const said = files.flatMap((file) => sentencesOf(file).map((sentence) => ({ path: file.path, sentence })));
  if (said.length === 0) return null;
  return (
    <ul className={styles['files']}>
      {said.slice(0, 20).map(({ path, sentence }) => (
        <li key={`${path} ${sentence}`}>
          <code>{path}</code> {sentence}
        </li>
      ))}
      {said.length > 20 ? <li>and {said.length - 20} more</li> : null}
    </ul>
  );
}

function sentencesOf({ state, why, leftOut, notes }: ResultFile): string[] {
  if (state === 'waiting') return ['will be read in a moment.'];
  if (state === 'unreadable') return [`was not read. ${why ?? ''}`];
  const rest = leftOut > 0 ? [`has ${leftOut.toLocaleString('en')} more than are listed; they are counted.`] : [];
  return [...rest, ...notes.slice(0, 3).map(({ line, text }) => (line > 0 ? `line ${line}: ${text}` : text))];
}
