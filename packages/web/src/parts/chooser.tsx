// A button that opens a list of links to choose from, with a filter when the list is long. A native popover.
import { ChevronsUpDown } from 'lucide-react';
import { type ReactNode, type ToggleEvent, useId, useRef, useState } from 'react';
import styles from './chooser.module.css';

type Props = {
  readonly label: string;
  readonly current: string;
  readonly names: readonly string[];
  /** Draws the link of a name; `choose` closes the list. */
  readonly children: (name: string, choose: () => void) => ReactNode;
};

const needsFilter = 8;
const mostShown = 200;

export function Chooser({ label, current, names, children }: Props) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const [filter, setFilter] = useState('');
  const found = names.filter((name) => name.toLowerCase().includes(filter.toLowerCase()));
  const place = (event: ToggleEvent) => {
    if (event.newState !== 'open' || !button.current || !list.current) return;
    setFilter('');
    const from = button.current.getBoundingClientRect();
    list.current.style.top = `${from.bottom + 4}px`;
    list.current.style.left = `${Math.max(8, Math.min(from.left, window.innerWidth - list.current.offsetWidth - 8))}px`;
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        className={styles['button']}
        popoverTarget={id}
        aria-label={`${label}: ${current}`}
      >
        <span>{current}</span>
        <ChevronsUpDown size={13} aria-hidden="true" />
      </button>
      <div ref={list} id={id} popover="auto" className={styles['list']} onToggle={place}>
        {names.length > needsFilter ? (
          <input
            type="search"
            placeholder={`Filter ${names.length}`}
            aria-label={`Filter: ${label}`}
            value={filter}
            onChange={(event) => setFilter(event.target.value)}
          />
        ) : null}
        <ul>
          {found.slice(0, mostShown).map((name) => (
            <li key={name} className={name === current ? styles['current'] : undefined}>
              {children(name, () => list.current?.hidePopover())}
            </li>
          ))}
        </ul>
        {found.length === 0 ? <p>None has “{filter}” in its name.</p> : null}
        {found.length > mostShown ? <p>and {found.length - mostShown} more: type a part of the name</p> : null}
      </div>
    </>
  );
}
