// A native dialog that is open while it is in the page: focus stays in it, Escape closes it.
import { X } from 'lucide-react';
import { type ReactNode, useEffect, useRef } from 'react';
import { Button } from './button.tsx';
import styles from './dialog.module.css';

export function Dialog({ title, onClose, children }: { title: string; onClose: () => void; children: ReactNode }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
    // What is to be filled in comes before the button that closes.
    dialog.current?.querySelector<HTMLElement>('form :is(input, textarea, select)')?.focus();
  }, []);
  return (
    <dialog ref={dialog} className={styles['dialog']} onClose={onClose} aria-labelledby="dialog-title" closedby="any">
      <header className={styles['header']}>
        <h2 id="dialog-title">{title}</h2>
        <Button kind="plain" label="Close" onPress={() => dialog.current?.close()}>
          <X size={16} aria-hidden="true" />
        </Button>
      </header>
      {children}
    </dialog>
  );
}

export const dialogClass = styles;
