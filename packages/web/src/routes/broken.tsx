// A page that failed while it was drawn: our mistake, said plainly, with the two things that may help.
import type { ErrorComponentProps } from '@tanstack/react-router';
import { Button } from '../parts/button.tsx';
import { Page } from '../parts/page.tsx';
import styles from '../parts/states.module.css';

export function BrokenPage({ error }: ErrorComponentProps) {
  return (
    <Page title="This page failed" stand={null}>
      <section className={styles['trouble']} role="alert">
        <h1>This page failed</h1>
        <p>
          That is a mistake of Signalbox, not yours:{' '}
          <code>{error instanceof Error ? error.message : String(error)}</code>
        </p>
        <p>Reading it anew may help. The same facts are in the command signalbox and in the API.</p>
        <Button onPress={() => window.location.reload()}>Read it anew</Button>
      </section>
    </Page>
  );
}
