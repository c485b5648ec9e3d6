// One thing that keeps a job from running: what, since when, who did it or can lift it, and what to do.
import type { Blocker } from '@signalbox/protocol/browser';
import { Link } from '@tanstack/react-router';
import {
  CalendarClock,
  CirclePause,
  Coins,
  DoorClosed,
  Hand,
  HardDrive,
  Layers,
  Link2,
  type LucideIcon,
  PowerOff,
  Shuffle,
  TimerReset,
  TrafficCone,
  TramFront,
  Unplug,
} from 'lucide-react';
import { useNow } from '../parts/now.ts';
import { Ago } from '../parts/time.tsx';
import styles from './blocker.module.css';

const icons = {
  need: Link2,
  gate: DoorClosed,
  'concurrency-group': Layers,
  'no-worker-ever': Unplug,
  'worker-offline': PowerOff,
  'workers-held': Hand,
  capacity: TramFront,
  'cheaper-worker': Coins,
  'errored-there': Shuffle,
  'retry-backoff': TimerReset,
  'scheduled-for': CalendarClock,
  'pool-paused': CirclePause,
  'lane-paused': CirclePause,
  'tree-closed': TrafficCone,
  'disk-full': HardDrive,
} as const satisfies Record<Blocker['kind'], LucideIcon>;

type Props = {
  readonly blocker: Blocker;
  readonly repo: string;
  /** Its outlook, where it is not the one of the whole. */
  readonly label: string | null;
};

export function BlockerItem({ blocker, repo, label }: Props) {
  const { kind, what, since, who, cure } = blocker;
  const Icon = icons[kind];
  return (
    <li className={styles['blocker']}>
      <Icon size={18} aria-hidden="true" />
      <div>
        <p className={styles['what']}>{what}</p>
        {since || who || label ? (
          <p className={styles['facts']}>
            {label ? <span>{label}</span> : null}
            {since ? <Since at={since} /> : null}
            {who ? <span>{who}</span> : null}
          </p>
        ) : null}
        {cure ? <p className={styles['cure']}>{cure}</p> : null}
      </div>
      <p className={styles['links']}>
        <Where blocker={blocker} repo={repo} />
      </p>
    </li>
  );
}

/** `since 5 min ago`, but not `since just now`. */
function Since({ at }: { at: string }) {
  const isNew = useNow() - Date.parse(at) < 10_000;
  return (
    <span>
      {isNew ? null : 'since '}
      <Ago at={at} />
    </span>
  );
}

/** Where it can be looked at, and lifted by those who may. */
function Where({ blocker: { kind, jobId }, repo }: Pick<Props, 'blocker' | 'repo'>) {
  return (
    <>
      {jobId !== null ? (
        <Link to="/jobs/$job" params={{ job: String(jobId) }}>
          See that job
        </Link>
      ) : null}
      {ofRepository.has(kind) ? (
        <Link to="/repos/$repo/order" params={{ repo }}>
          See the order
        </Link>
      ) : null}
      {ofWorkers.has(kind) ? <Link to="/workers">See the workers</Link> : null}
    </>
  );
}

const ofRepository: ReadonlySet<Blocker['kind']> = new Set(['tree-closed', 'lane-paused', 'concurrency-group']);
const ofWorkers: ReadonlySet<Blocker['kind']> = new Set([
  'no-worker-ever',
  'worker-offline',
  'workers-held',
  'capacity',
  'cheaper-worker',
  'pool-paused',
]);
