// What can be paused, as people type it: `pool linux`, `branch api main`, `lane api main test-linux`.
import type { Pause, PauseTarget } from '@signalbox/protocol/browser';
import { Mistake } from './mistake.ts';
import { clean } from './output.ts';

const shapes = {
  pool: ['pool'],
  branch: ['repo', 'branch'],
  lane: ['repo', 'branch', 'lane'],
} as const satisfies Record<PauseTarget['kind'], readonly (keyof PauseTarget)[]>;

export const targetForms = Object.entries(shapes).map(
  ([kind, names]) => `${kind} ${names.map((name) => name.toUpperCase()).join(' ')}`,
);

/** @throws Mistake when the words name nothing that can be paused. */
export function readTarget(words: readonly string[]): PauseTarget {
  const [kind = '', ...names] = words;
  const shape = Object.hasOwn(shapes, kind) ? shapes[kind as PauseTarget['kind']] : undefined;
  if (!shape || names.length !== shape.length || names.includes('')) {
    throw new Mistake('usage', `"${words.join(' ')}" cannot be paused.`, `Say one of: ${targetForms.join(', ')}.`);
  }
  return { kind: kind as PauseTarget['kind'], ...Object.fromEntries(shape.map((key, at) => [key, names[at]])) };
}

export function isPauseOf(pause: Pause, target: PauseTarget): boolean {
  const keys = ['pool', 'repo', 'branch', 'lane'] as const;
  return pause.kind === target.kind && keys.every((key) => pause[key] === (target[key] ?? null));
}

type Named = Pick<Pause, 'kind'> & {
  readonly [Key in 'pool' | 'repo' | 'branch' | 'lane']?: string | null | undefined;
};

export function targetText({ kind, pool, repo, branch, lane }: Named): string {
  switch (kind) {
    case 'pool':
      return `pool ${pool}`;
    case 'branch':
      return `branch ${clean(branch ?? '')} of ${repo}`;
    case 'lane':
      return `lane ${clean(lane ?? '')} on ${clean(branch ?? '')} of ${repo}`;
    default:
      return kind satisfies never;
  }
}
