// Where a ready job stands in the line of its pool, what its place is made of, and when it may begin.
import type { Explanation } from '@signalbox/protocol/browser';
import type { ReactNode } from 'react';
import { useNow } from '../parts/now.ts';
import { clock, comes, duration } from '../text/time.ts';
import styles from './place-in-line.module.css';

type Place = NonNullable<Explanation['place']>;

export function PlaceInLine({ place, outlook }: { place: Place; outlook: Explanation['outlook'] }) {
  const { ahead, ready, pool, why, medianWaitSeconds } = place;
  return (
    <section className={styles['place']} aria-labelledby="place">
      <h3 id="place">
        Place {counted(ahead + 1)} of {counted(ready)} in the line of {pool}
      </h3>
      <Line ahead={ahead} ready={ready} />
      <dl className={styles['facts']}>
        <Fact name="Before it">{ahead === 0 ? 'nobody' : counted(ahead)}</Fact>
        <Fact name="Usual wait" title="Half of the runs that this pool began in the last hour waited no longer.">
          {medianWaitSeconds === null ? 'not known yet' : duration(medianWaitSeconds * 1000)}
        </Fact>
        <Fact name="Likely starts">
          <Start startsAt={place.startsAt} outlook={outlook} />
        </Fact>
      </dl>
      {why.length > 0 ? (
        <ul className={styles['why']} aria-label="What its place is made of">
          {why.map((one) => (
            <li key={one}>{one}</li>
          ))}
        </ul>
      ) : null}
    </section>
  );
}

function Start({ startsAt, outlook }: { startsAt: Place['startsAt']; outlook: Explanation['outlook'] }) {
  const now = useNow('second');
  if (!startsAt) return outlook === 'someone-must-act' ? 'not before somebody acts' : 'nobody can know yet';
  return (
    <span title={`At the earliest at ${clock(startsAt.earliest)} UTC`}>
      {comes(startsAt.likely, now)} <small>at {clock(startsAt.likely)} UTC</small>
    </span>
  );
}

function Fact({ name, title, children }: { name: string; title?: string; children: ReactNode }) {
  return (
    <div title={title}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

const mostCells = 48;

/** A line of wagons, the job's own among them; a long one is drawn to scale. */
function Line({ ahead, ready }: { ahead: number; ready: number }) {
  const length = Math.max(ready, ahead + 1);
  const cells = Math.min(length, mostCells);
  const own = Math.min(cells - 1, Math.floor((ahead / length) * cells));
  return (
    <ol className={styles['line']} aria-hidden="true">
      {Array.from({ length: cells }, (_, index) => `wagon ${index}`).map((key, index) => (
        <li key={key} data-before={index < own || undefined} data-own={index === own || undefined} />
      ))}
    </ol>
  );
}

/** The server counts up to 10,000. */
function counted(count: number): string {
  return count >= 10_000 ? 'more than 10,000' : count.toLocaleString('en');
}
