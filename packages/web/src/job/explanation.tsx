// Why this job does not run: what to expect, what blocks it and who can help, its place in line, and when it may begin.
import type { Explanation, JobDetail, Outlook } from '@signalbox/protocol/browser';
import { useQuery } from '@tanstack/react-query';
import { CircleCheck, Hourglass, OctagonX, UserRound } from 'lucide-react';
import { explanationQuery } from '../api/queries.ts';
import { useLive } from '../live/use-live.ts';
import { Bones, Trouble } from '../parts/states.tsx';
import { BlockerItem } from './blocker.tsx';
import styles from './explanation.module.css';
import { Gate } from './gate.tsx';
import { PlaceInLine } from './place-in-line.tsx';

/** The icon and the words say it without the colour. */
const outlooks = {
  'be-patient': { words: 'Be patient', more: 'It comes by itself.', Icon: Hourglass },
  'someone-must-act': { words: 'Someone must act', more: 'It does not come by itself.', Icon: UserRound },
  'will-never-run': { words: 'Will never run like this', more: 'As things are, nothing can take it.', Icon: OctagonX },
  nothing: { words: 'Nothing blocks it', more: 'The next worker that asks takes it.', Icon: CircleCheck },
} as const satisfies Record<Outlook | 'nothing', unknown>;

export function ExplanationPanel({ detail }: { detail: JobDetail }) {
  const { job } = detail;
  const asked = useQuery(explanationQuery(job.id));
  useLive([`job:${job.id}`, `pipeline:${job.pipelineId}`, 'pauses', 'groups'], () => asked.refetch());
  return (
    <section className={styles['panel']} aria-labelledby="why">
      {asked.data ? (
        <Explained explanation={asked.data} detail={detail} />
      ) : (
        <>
          <h2 id="why">Why it waits</h2>
          {asked.error ? (
            <Trouble problem={asked.error} what="explanation" again={() => asked.refetch()} />
          ) : (
            <Bones what="the explanation" rows={1} />
          )}
        </>
      )}
    </section>
  );
}

function Explained({ explanation, detail }: { explanation: Explanation; detail: JobDetail }) {
  const { outlook, blockers, place } = explanation;
  const { words, more, Icon } = outlooks[outlook ?? 'nothing'];
  // The question of a gate stands there with its answers: it need not be said again.
  const gate = detail.job.gate === null ? undefined : blockers.find((one) => one.kind === 'gate');
  const others = blockers.filter((one) => one !== gate);
  return (
    <>
      <header className={`${styles['outlook']} ${styles[outlook ?? 'nothing']}`}>
        <Icon size={22} aria-hidden="true" />
        <h2 id="why">
          <small>Why it waits</small> {words}
        </h2>
        <p>{more}</p>
      </header>
      {detail.job.gate !== null ? (
        <Gate detail={detail} question={detail.job.gate} since={gate?.since ?? null} />
      ) : null}
      {others.length > 0 ? (
        <ul className={styles['blockers']}>
          {others.map((blocker) => (
            <BlockerItem
              key={`${blocker.kind} ${blocker.jobId} ${blocker.what}`}
              blocker={blocker}
              repo={detail.push.repo}
              label={blocker.outlook === outlook ? null : outlooks[blocker.outlook].words}
            />
          ))}
        </ul>
      ) : null}
      {place && outlook !== 'will-never-run' ? <PlaceInLine place={place} outlook={outlook} /> : null}
    </>
  );
}
