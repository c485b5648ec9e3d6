// Why a job does not run now: each reason with since when, what cures it, and whether waiting helps at all.
import type { Blocker, JobDetail } from '@signalbox/protocol/browser';
import { Link } from '@tanstack/react-router';
import { Clock, OctagonX, UserRound } from 'lucide-react';
import { Ago } from '../parts/time.tsx';
import styles from './blockers.module.css';

const outlooks = {
  'be-patient': { words: 'Be patient', Icon: Clock },
  'someone-must-act': { words: 'Someone must act', Icon: UserRound },
  'will-never-run': { words: 'Will never run like this', Icon: OctagonX },
} as const satisfies Record<Blocker['outlook'], unknown>;

export function Blockers({ detail }: { detail: JobDetail }) {
  return (
    <section className={styles['blockers']} aria-labelledby="why">
      <h2 id="why">Why it waits</h2>
      {detail.blockers.length === 0 ? <p>Nothing holds it: a worker takes it at any moment.</p> : null}
      <ul>
        {detail.blockers.map((blocker) => {
          const { words, Icon } = outlooks[blocker.outlook];
          return (
            <li key={`${blocker.kind} ${blocker.jobId} ${blocker.what}`} className={styles[blocker.outlook]}>
              <Icon size={18} aria-hidden="true" />
              <div>
                <p className={styles['outlook']}>{words}</p>
                <p>
                  {blocker.what} {blocker.since ? <Since at={blocker.since} /> : null}
                </p>
                {blocker.cure ? <p className={styles['cure']}>{blocker.cure}</p> : null}
                {blocker.jobId !== null ? (
                  <Link to="/jobs/$job" params={{ job: String(blocker.jobId) }}>
                    See that job
                  </Link>
                ) : null}
              </div>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function Since({ at }: { at: string }) {
  return (
    <span className={styles['since']}>
      since <Ago at={at} />
    </span>
  );
}
