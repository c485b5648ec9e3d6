// What a push brought: its message, its commits and the files it changed.
import type { Push } from '@signalbox/protocol/browser';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Ago } from '../parts/time.tsx';
import { counted } from '../text/size.ts';
import styles from './push-header.module.css';

const kinds: Readonly<Record<Push['kind'], string | null>> = {
  forward: null,
  created: 'The branch is new.',
  rewritten: 'The branch was rewritten: it no longer holds what it held before.',
  deleted: 'The branch was deleted.',
};

export function PushHeader({ push, children }: { push: Push; children: ReactNode }) {
  const body = push.message.split('\n').slice(1).join('\n').trim();
  return (
    <header className={styles['header']}>
      <div className={styles['title']}>
        <h1>{push.kind === 'deleted' ? `Branch ${push.branch} was deleted` : push.title}</h1>
        {children}
      </div>
      <p className={styles['facts']}>
        <span>
          {push.author} on{' '}
          <Link to="/repos/$repo" params={{ repo: push.repo }} search={{ branch: push.branch }}>
            {push.branch}
          </Link>
        </span>
        {push.revision ? <code className={styles['revision']}>{push.revision}</code> : null}
        <Ago at={push.receivedAt} />
      </p>
      {kinds[push.kind] ? <p className={styles['kind']}>{kinds[push.kind]}</p> : null}
      {body ? <pre className={styles['message']}>{body}</pre> : null}
      <div className={styles['lists']}>
        {push.commitCount > 1 ? <Commits push={push} /> : null}
        {push.kind === 'deleted' ? null : <Files files={push.files} />}
      </div>
    </header>
  );
}

function Commits({ push }: { push: Push }) {
  const left = push.commitCount - push.commits.length;
  return (
    <details open={push.commits.length <= 6}>
      <summary>{counted(push.commitCount, 'commit')}</summary>
      <ol className={styles['commits']}>
        {push.commits.map((commit) => (
          <li key={commit.revision}>
            <code title={commit.revision}>{commit.revision.slice(0, 10)}</code>
            <span className={styles['commit-title']}>{commit.title}</span>
            <span className={styles['quiet']}>{commit.author}</span>
          </li>
        ))}
        {left > 0 ? <li className={styles['quiet']}>and {left.toLocaleString('en')} older</li> : null}
      </ol>
    </details>
  );
}

function Files({ files }: { files: readonly string[] | null }) {
  if (files === null)
    return <p className={styles['quiet']}>Too many files changed to list; it counts as all of them.</p>;
  if (files.length === 0) return null;
  return (
    <details open={files.length <= 8}>
      <summary>{counted(files.length, 'file')} changed</summary>
      <ul className={styles['files']}>
        {files.map((file) => (
          <li key={file}>{file}</li>
        ))}
      </ul>
    </details>
  );
}
