// What is paused, in words, and which pauses matter to what a page shows.
import type { Pause } from '@signalbox/protocol/browser';

export function pauseTitle(pause: Pause): string {
  switch (pause.kind) {
    case 'branch':
      return `${pause.branch} is closed`;
    case 'lane':
      return `${pause.lane} is paused on ${pause.branch}`;
    case 'pool':
      return `Pool ${pause.pool} is paused`;
    default:
      return pause.kind satisfies never;
  }
}

/** What a page shows: a repository, of it one branch or all, and the pools in which its jobs wait. */
export type Scene = {
  readonly repo: string;
  readonly branch: string | undefined;
  readonly pools: ReadonlySet<string>;
};

/** Closed branches first, then pools, then lanes. */
export function pausesOf(pauses: readonly Pause[], scene: Scene): Pause[] {
  const kinds = ['branch', 'pool', 'lane'] as const;
  return kinds.flatMap((kind) => pauses.filter((pause) => pause.kind === kind && matters(pause, scene)));
}

function matters(pause: Pause, { repo, branch, pools }: Scene): boolean {
  if (pause.kind === 'pool') return pause.pool !== null && pools.has(pause.pool);
  return pause.repo === repo && (branch === undefined || pause.branch === branch);
}
