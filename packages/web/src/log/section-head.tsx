// The line that names a section: a button that opens and closes it, with what it hides.
import { ChevronRight } from 'lucide-react';
import { counted } from '../text/size.ts';
import styles from './section-head.module.css';
import type { Section } from './sections.ts';

type Props = {
  readonly section: Section;
  readonly isOpen: boolean;
  /** Up to here the log goes now. */
  readonly lastLine: number;
  readonly errors: number;
  readonly toggle: (section: Section) => void;
};

export function SectionHead({ section, isOpen, lastLine, errors, toggle }: Props) {
  const lines = Math.max(0, Math.min(section.end, lastLine) - section.line);
  return (
    <button
      type="button"
      className={styles['head']}
      style={{ paddingLeft: `${Math.min(section.depth, 8) * 16}px` }}
      aria-expanded={isOpen}
      onClick={() => toggle(section)}
    >
      <ChevronRight size={14} aria-hidden="true" className={styles['chevron']} />
      <span className={styles['title']}>{section.title}</span>
      {errors > 0 ? <span className={styles['errors']}>✕ {counted(errors, 'error')}</span> : null}
      <span className={styles['lines']}>{counted(lines, 'line')}</span>
    </button>
  );
}
