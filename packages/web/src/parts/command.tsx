// A text to take along: a command for the terminal or a file to begin with, with a button that copies it.
import styles from './command.module.css';
import { CopyButton } from './copy-button.tsx';

export function Command({ text, name }: { text: string; name?: string }) {
  return (
    <figure className={styles['command']}>
      {name ? <figcaption>{name}</figcaption> : null}
      <pre>{text}</pre>
      <div className={styles['copy']}>
        <CopyButton text={text} />
      </div>
    </figure>
  );
}
