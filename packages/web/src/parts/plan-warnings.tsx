// What the plan of a push was warned of: its jobs run, but maybe not as somebody meant.
import type { Mistake } from '@signalbox/protocol/browser';
import { counted } from '../text/size.ts';
import { MistakeList } from './mistake-list.tsx';
import styles from './plan-warnings.module.css';

export function PlanWarnings({ warnings }: { warnings: readonly Mistake[] }) {
  if (warnings.length === 0) return null;
  return (
    <section className={styles['warnings']}>
      <h3>{counted(warnings.length, 'warning')} about the configuration: it runs, but maybe not as you meant</h3>
      <MistakeList mistakes={warnings} />
    </section>
  );
}
