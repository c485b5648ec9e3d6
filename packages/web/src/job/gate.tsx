// A gate: what a person is asked, and the two answers. Who may not answer sees why.
import type { JobDetail } from '@signalbox/protocol/browser';
import { useMutation } from '@tanstack/react-query';
import { Check, X } from 'lucide-react';
import { useState } from 'react';
import { tell, useMayNot } from '../api/actions.ts';
import { answerGate } from '../api/order.ts';
import { Button } from '../parts/button.tsx';
import { Ago } from '../parts/time.tsx';
import styles from './gate.module.css';

type Props = { readonly detail: JobDetail; readonly question: string; readonly since: string | null };

export function Gate({ detail, question, since }: Props) {
  const { job } = detail;
  const [comment, setComment] = useState('');
  const mayNot = useMayNot('approve');
  const answer = useMutation({
    mutationFn: (word: 'approve' | 'reject') => answerGate(job, word, comment),
    onError: tell,
  });
  const whyNot = mayNot ?? (job.state === 'held' ? null : 'It waits for other jobs first; then it can be answered.');
  return (
    <div className={styles['gate']}>
      <h3>{question}</h3>
      <p className={styles['after']}>
        {consequences(detail)}
        {since ? (
          <>
            {' '}
            Asked <Ago at={since} />.
          </>
        ) : null}
      </p>
      <label>
        <span>
          Comment <small>kept with your answer</small>
        </span>
        <textarea
          rows={2}
          maxLength={500}
          value={comment}
          disabled={whyNot !== null}
          onChange={(event) => setComment(event.target.value)}
        />
      </label>
      <div className={styles['buttons']}>
        <Button
          kind="primary"
          onPress={() => answer.mutate('approve')}
          busy={answer.isPending}
          whyNot={whyNot}
          title="Let the jobs that need it go on"
        >
          <Check size={15} aria-hidden="true" /> Approve
        </Button>
        <Button
          kind="danger"
          onPress={() => answer.mutate('reject')}
          busy={answer.isPending}
          whyNot={whyNot}
          title="Skip the jobs that need it"
        >
          <X size={15} aria-hidden="true" /> Reject
        </Button>
        {whyNot ? <p className={styles['why-not']}>{whyNot}</p> : null}
      </div>
    </div>
  );
}

function consequences({ neededBy: [first, ...more] }: JobDetail): string {
  if (!first) return 'No job needs the answer.';
  if (more.length === 0) return `Approve, and ${first.name} goes on. Reject, and it is skipped.`;
  return `Approve, and ${more.length + 1} jobs go on. Reject, and they are skipped.`;
}
