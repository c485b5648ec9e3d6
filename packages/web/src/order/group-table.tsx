// Concurrency groups: how many jobs of each may go at once, how many do, how many wait; the number is changed in place.
import type { ConcurrencyGroup } from '@signalbox/protocol/browser';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useEffect, useState } from 'react';
import { tell, useMayNot } from '../api/actions.ts';
import { setSlots } from '../api/order.ts';
import { Bar } from '../parts/bar.tsx';
import { buttonClass } from '../parts/button.tsx';
import { Ago } from '../parts/time.tsx';
import { counted } from '../text/size.ts';
import styles from './group-table.module.css';

export function GroupTable({ repo, groups }: { repo: string; groups: readonly ConcurrencyGroup[] }) {
  return (
    <section className={styles['section']} aria-labelledby="groups">
      <h2 id="groups">Concurrency groups</h2>
      <p className={styles['quiet']}>
        Only so many jobs of a group go at once. Raise the number, and jobs that wait go now; lower it, and what runs
        goes on.
      </p>
      {groups.length === 0 ? (
        <p className={styles['quiet']}>None yet: a group is there when a job names it.</p>
      ) : (
        <table className={styles['table']}>
          <thead>
            <tr>
              <th scope="col">Group</th>
              <th scope="col">Taken</th>
              <th scope="col">Waiting</th>
              <th scope="col">Slots</th>
              <th scope="col">Set</th>
            </tr>
          </thead>
          <tbody>
            {groups.map((group) => (
              <GroupRow key={group.name} repo={repo} group={group} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function GroupRow({ repo, group }: { repo: string; group: ConcurrencyGroup }) {
  const { name, slots, taken, waiting } = group;
  return (
    <tr>
      <th scope="row">{name}</th>
      <td data-label="Taken">
        <span className={styles['taken']}>
          <Bar value={taken} most={Math.max(slots, taken)} tone="running" />
          {taken} of {slots}
        </span>
      </td>
      <td data-label="Waiting">{waiting === 0 ? 'none' : counted(waiting, 'job')}</td>
      <td data-label="Slots">
        <Slots repo={repo} group={group} />
      </td>
      <td data-label="Set" className={styles['quiet']}>
        {group.changedBy ? (
          <span>
            by {group.changedBy}, <Ago at={group.changedAt} />
          </span>
        ) : (
          'nobody yet'
        )}
      </td>
    </tr>
  );
}

function Slots({ repo, group }: { repo: string; group: ConcurrencyGroup }) {
  const [typed, setTyped] = useState(String(group.slots));
  // Somebody else changed it: theirs is the truth.
  useEffect(() => setTyped(String(group.slots)), [group.slots]);
  const mayNot = useMayNot('order');
  const set = useMutation({ mutationFn: (slots: number) => setSlots(repo, group.name, slots), onError: tell });
  const changed = typed !== String(group.slots);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (changed) set.mutate(Number(typed));
  };
  return (
    <form className={styles['slots']} onSubmit={submit}>
      <input
        type="number"
        required
        min={0}
        max={100_000}
        step={1}
        aria-label={`Slots of ${group.name}`}
        title={mayNot ?? undefined}
        disabled={mayNot !== null}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
      />
      <button
        type="submit"
        className={buttonClass['button']}
        disabled={!changed || set.isPending}
        hidden={mayNot !== null}
      >
        Set
      </button>
    </form>
  );
}
