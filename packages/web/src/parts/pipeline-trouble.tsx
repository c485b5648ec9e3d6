// Why a push has no jobs though it should: no configuration yet, or mistakes in it, each shown where it stands.
import type { PipelineProblem } from '@signalbox/protocol/browser';
import { counted } from '../text/size.ts';
import { Command } from './command.tsx';
import { MistakeList } from './mistake-list.tsx';
import styles from './pipeline-trouble.module.css';

export function PipelineTrouble({ problem }: { problem: PipelineProblem }) {
  if (problem.kind === 'no-configuration') {
    return (
      <section className={styles['starter']}>
        <h3>This commit has no .signalbox.yml, so nothing runs yet</h3>
        <p>
          Put this file into the root of the repository (<code>signalbox init</code> writes it for you), commit and
          push: its jobs appear here.
        </p>
        <Command name=".signalbox.yml" text={problem.starter} />
      </section>
    );
  }
  return (
    <section className={styles['mistakes']}>
      <h3>{counted(problem.mistakes.length, 'mistake')} in the configuration, so nothing runs</h3>
      <MistakeList mistakes={problem.mistakes} />
      <p className={styles['check']}>
        Check it before you push: <code>signalbox plan</code>
      </p>
    </section>
  );
}
