// A dialog with a form that does one thing: it stays open while that is done, and when it fails it says why.
import { type FormEvent, type ReactNode, useState } from 'react';
import { Button, buttonClass } from './button.tsx';
import { Dialog, dialogClass } from './dialog.tsx';
import styles from './form.module.css';

type Props = {
  readonly title: string;
  /** What the button says. */
  readonly verb: string;
  readonly danger?: boolean;
  readonly act: () => Promise<void>;
  readonly onClose: () => void;
  readonly children: ReactNode;
};

export function FormDialog({ title, verb, danger, act, onClose, children }: Props) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState('');
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    try {
      await act();
      onClose();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      setBusy(false);
    }
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form className={styles['form']} onSubmit={submit}>
        {children}
        <p role="alert" className={styles['problem']} hidden={problem === ''}>
          {problem}
        </p>
        <div className={dialogClass['buttons']}>
          <Button onPress={onClose}>Leave it</Button>
          <button
            type="submit"
            className={buttonClass[danger ? 'danger' : 'primary']}
            aria-busy={busy || undefined}
            disabled={busy}
          >
            {verb}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

type ReasonProps = { readonly value: string; readonly onChange: (text: string) => void; readonly hint: string };

/** Why somebody does this; whoever is held up by it reads the reason. */
export function Reason({ value, onChange, hint }: ReasonProps) {
  return (
    <label>
      Reason
      <textarea
        required
        rows={2}
        maxLength={500}
        value={value}
        placeholder={hint}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          // As in a line: Enter sends, Shift+Enter makes another.
          if (event.key !== 'Enter' || event.shiftKey) return;
          event.preventDefault();
          event.currentTarget.form?.requestSubmit();
        }}
      />
      <small>Everybody who is held up by it reads this, with your name.</small>
    </label>
  );
}

export const formClass = styles;
