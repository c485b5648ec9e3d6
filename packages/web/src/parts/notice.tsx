// Shows what the last action did, at the lower edge of the page, and says it to screen readers.
import { X } from 'lucide-react';
import { useSyncExternalStore } from 'react';
import styles from './notice.module.css';
import { currentNotice, dismissNotice, watchNotice } from './notice-store.ts';

export function NoticeLine() {
  const notice = useSyncExternalStore(watchNotice, currentNotice);
  return (
    <div className={styles['place']} role="status" aria-live="polite">
      {notice ? (
        <p key={notice.id} className={notice.kind === 'problem' ? styles['problem'] : styles['notice']}>
          <span>{notice.text}</span>
          <button type="button" onClick={dismissNotice} aria-label="Dismiss">
            <X size={16} aria-hidden="true" />
          </button>
        </p>
      ) : null}
    </div>
  );
}
