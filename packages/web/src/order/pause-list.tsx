// What of a repository is closed or paused, by whom and why; where a branch is closed and a lane paused.
import type { Grid, Pause } from '@signalbox/protocol/browser';
import { useState } from 'react';
import { useMayNot } from '../api/actions.ts';
import { Button } from '../parts/button.tsx';
import { ResumeButton } from '../parts/pause-banners.tsx';
import { Ago } from '../parts/time.tsx';
import { pausesOf, pauseTitle } from '../text/pause.ts';
import styles from './pause-list.module.css';
import { CloseBranch, PauseLane } from './pause-something.tsx';

type Props = { readonly repo: string; readonly pauses: readonly Pause[]; readonly grid: Grid | undefined };

export function PauseList({ repo, pauses, grid }: Props) {
  const [asking, setAsking] = useState<'branch' | 'lane' | null>(null);
  const mayNot = useMayNot('order');
  const own = pausesOf(pauses, { repo, branch: undefined, pools: new Set() });
  return (
    <section className={styles['section']} aria-labelledby="pauses">
      <header className={styles['header']}>
        <h2 id="pauses">Closed and paused</h2>
        <Button onPress={() => setAsking('branch')} whyNot={mayNot}>
          Close a branch…
        </Button>
        <Button onPress={() => setAsking('lane')} whyNot={mayNot}>
          Pause a lane…
        </Button>
      </header>
      {own.length === 0 ? (
        <p className={styles['quiet']}>Every branch is open, and no lane is paused.</p>
      ) : (
        <ul className={styles['list']}>
          {own.map((pause) => (
            <li key={pause.id}>
              <div>
                <h3>{pauseTitle(pause)}</h3>
                <p>{pause.reason}</p>
                <p className={styles['quiet']}>
                  by {pause.by}, <Ago at={pause.at} />
                </p>
              </div>
              <ResumeButton pause={pause} />
            </li>
          ))}
        </ul>
      )}
      {asking === 'branch' ? <CloseBranch repo={repo} grid={grid} onClose={() => setAsking(null)} /> : null}
      {asking === 'lane' ? <PauseLane repo={repo} grid={grid} onClose={() => setAsking(null)} /> : null}
    </section>
  );
}
