// Above the grid: words of job names, and buttons for how jobs stand. What is chosen goes into the address.
import { X } from 'lucide-react';
import { type ReactNode, type RefObject, useEffect, useState } from 'react';
import { Button } from '../parts/button.tsx';
import { type Filter, isFiltering, type Result, resultNames, toggled } from './filter.ts';
import styles from './filter-bar.module.css';
import { Legend } from './legend.tsx';

type Props = {
  readonly filter: Filter;
  readonly words: string;
  readonly counts: Readonly<Record<Result, number>>;
  readonly input: RefObject<HTMLInputElement | null>;
  readonly onChange: (change: { q?: string | undefined; only?: string | undefined }) => void;
  /** What else can be done here. */
  readonly children?: ReactNode;
};

const labels: Record<Result, string> = {
  failed: 'Failed',
  'in-progress': 'In progress',
  passed: 'Passed',
  other: 'Cancelled, skipped',
};

export function FilterBar({ filter, words, counts, input, onChange, children }: Props) {
  const [typed, setTyped] = useState(words);
  useEffect(() => setTyped(words), [words]);
  return (
    <search className={styles['bar']}>
      <input
        ref={input}
        type="search"
        placeholder="Filter jobs by name"
        aria-label="Filter jobs by name"
        aria-keyshortcuts="/"
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          onChange({ q: event.target.value.trim() === '' ? undefined : event.target.value });
        }}
        onKeyDown={(event) => {
          if (event.key === 'Escape') event.currentTarget.blur();
        }}
      />
      <fieldset className={styles['results']}>
        <legend>Show only</legend>
        {resultNames.map((name) => (
          <Button key={name} pressed={filter.only.has(name)} onPress={() => onChange({ only: toggled(filter, name) })}>
            <span className={`${styles['dot']} ${styles[name]}`} aria-hidden="true" />
            {labels[name]}
            <span className={styles['number']}>{counts[name]}</span>
          </Button>
        ))}
      </fieldset>
      {isFiltering(filter) ? (
        <Button kind="plain" onPress={() => onChange({ q: undefined, only: undefined })}>
          <X size={14} aria-hidden="true" /> Show all
        </Button>
      ) : null}
      <div className={styles['others']}>
        {children}
        <Legend />
      </div>
    </search>
  );
}
