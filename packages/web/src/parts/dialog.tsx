// A native dialog that is open while it is in the page: focus stays in it, Escape closes it.
import { type ReactNode, useEffect, useRef } from 'react';
import styles from './dialog.module.css';

export function Dialog({ title, onClose, children }: { title: string; onClose: () => void; children: ReactNode }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} className={styles['dialog']} onClose={onClose} aria-labelledby="dialog-title" closedby="any">
      <h2 id="dialog-title">{title}</h2>
      {children}
    </dialog>
  );
}

export const dialogClass = styles;
