// Whether a worker is held: by whom, why and since when; and the button that holds it or lets it go.
import type { Worker } from '@signalbox/protocol/browser';
import { useMutation } from '@tanstack/react-query';
import { Hand } from 'lucide-react';
import { useState } from 'react';
import { tell, useMayNot } from '../api/actions.ts';
import { letWorkerGo } from '../api/order.ts';
import { Button } from '../parts/button.tsx';
import { Ago } from '../parts/time.tsx';
import styles from './hold.module.css';
import { HoldDialog } from './hold-dialog.tsx';

export function Hold({ worker }: { worker: Worker }) {
  const { hold } = worker;
  if (!hold) return null;
  return (
    <p className={styles['hold']}>
      <strong>
        <Hand size={13} aria-hidden="true" /> {hold.kind}
      </strong>{' '}
      {hold.reason}{' '}
      <small>
        by {hold.by}, <Ago at={hold.at} />
      </small>
    </p>
  );
}

export function HoldButton({ worker }: { worker: Worker }) {
  const [asking, setAsking] = useState(false);
  const mayNot = useMayNot('order');
  const go = useMutation({ mutationFn: () => letWorkerGo(worker), onError: tell });
  if (worker.hold) {
    return (
      <Button
        onPress={() => go.mutate()}
        busy={go.isPending}
        whyNot={mayNot}
        title="Let it take runs again"
        label={`Resume ${worker.name}`}
      >
        Resume
      </Button>
    );
  }
  return (
    <>
      <Button
        onPress={() => setAsking(true)}
        whyNot={mayNot}
        title="Drain, quarantine or retire it"
        label={`Hold ${worker.name}`}
      >
        Hold…
      </Button>
      {asking ? <HoldDialog worker={worker} onClose={() => setAsking(false)} /> : null}
    </>
  );
}
