// The jobs of a push: a row a platform, within it variants and groups; many that stand alike are one count that opens.
import type { JobBrief } from '@signalbox/protocol/browser';
import { useMemo, useState } from 'react';
import { counted } from '../text/size.ts';
import { standWords } from '../text/stand.ts';
import { type Cluster, layOut, type PlatformRow } from './fold.ts';
import jobStyles from './job-button.module.css';
import { JobButton } from './job-button.tsx';
import styles from './platforms.module.css';

export function Platforms({ jobs }: { jobs: readonly JobBrief[] }) {
  const [unfolded, setUnfolded] = useState<ReadonlySet<string>>(new Set());
  const rows = useMemo(() => layOut(jobs, unfolded), [jobs, unfolded]);
  const unfold = (key: string) => setUnfolded((old) => new Set(old).add(key));
  return (
    <dl className={styles['platforms']}>
      {rows.map((row) => (
        <div key={row.platform ?? ''} className={styles['row']} data-row>
          <dt>{row.platform ?? (rows.length === 1 ? 'jobs' : 'any')}</dt>
          <dd>
            <Variants row={row} unfold={unfold} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Variants({ row, unfold }: { row: PlatformRow; unfold: (key: string) => void }) {
  return row.variants.map((section, sectionIndex) => (
    <span key={section.variant ?? ''} className={styles['variant']}>
      {section.variant ? <span className={styles['variant-name']}>{section.variant}</span> : null}
      {section.clusters.map((cluster, index) => (
        <Group key={cluster.key} cluster={cluster} unfold={unfold} first={sectionIndex === 0 && index === 0} />
      ))}
    </span>
  ));
}

type GroupProps = { cluster: Cluster; unfold: (key: string) => void; first: boolean };

function Group({ cluster, unfold, first }: GroupProps) {
  return (
    <span className={styles['cluster']}>
      {cluster.label ? <span className={styles['group-name']}>{cluster.label}</span> : null}
      {cluster.label ? <span className={styles['paren']}>(</span> : null}
      {cluster.shown.map((job, index) => (
        <JobButton key={job.id} job={job} first={first && index === 0} />
      ))}
      {cluster.folds.map((fold) => {
        const label = cluster.label ? '' : (fold.jobs[0]?.attributes.symbol ?? '');
        const sentence = `${counted(fold.jobs.length, 'job')} ${standWords[fold.stand]}: show each`;
        return (
          <button
            key={fold.stand}
            type="button"
            className={`${jobStyles['job']} ${jobStyles[fold.stand]} ${styles['count']}`}
            title={sentence}
            aria-label={sentence}
            data-fold
            tabIndex={first && cluster.shown.length === 0 ? 0 : -1}
            onClick={() => unfold(`${cluster.key}/${fold.stand}`)}
          >
            {label}+{fold.jobs.length}
          </button>
        );
      })}
      {cluster.label ? <span className={styles['paren']}>)</span> : null}
    </span>
  );
}
