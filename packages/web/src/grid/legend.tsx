// What the signs of jobs mean, in a native popover: each as it looks in the grid, with its words.
import { CircleHelp } from 'lucide-react';
import { type ToggleEvent, useId, useRef } from 'react';
import { buttonClass } from '../parts/button.tsx';
import { Mark } from '../parts/mark.tsx';
import { stands, standWords } from '../text/stand.ts';
import jobStyles from './job-button.module.css';
import styles from './legend.module.css';

export function Legend() {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const place = (event: ToggleEvent) => {
    if (event.newState !== 'open' || !button.current || !list.current) return;
    const from = button.current.getBoundingClientRect();
    list.current.style.top = `${from.bottom + 4}px`;
    list.current.style.left = `${Math.max(8, Math.min(from.left, window.innerWidth - list.current.offsetWidth - 8))}px`;
  };
  return (
    <>
      <button ref={button} type="button" className={buttonClass['plain']} popoverTarget={id}>
        <CircleHelp size={14} aria-hidden="true" /> Signs
      </button>
      <div ref={list} id={id} popover="auto" className={styles['legend']} onToggle={place}>
        <dl>
          {stands.map((stand) => (
            <div key={stand}>
              <dt>
                <span className={`${jobStyles['job']} ${jobStyles[stand]}`} aria-hidden="true">
                  B{stand === 'errored' ? '!' : null}
                </span>
                <Mark stand={stand} label={null} />
              </dt>
              <dd>{standWords[stand]}</dd>
            </div>
          ))}
        </dl>
      </div>
    </>
  );
}
