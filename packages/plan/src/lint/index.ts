// What can be wrong with a sound configuration: it would be planned, and would not do what was meant.
import type { Configuration } from '../configuration.ts';
import type { Draft, Finding } from '../draft.ts';
import { type Clock, timed } from '../profile.ts';
import { type Mistake, told } from '../tell.ts';
import { lintArtifacts } from './artifacts.ts';
import { lintAttributes } from './attributes.ts';
import { lintBranches } from './branches.ts';
import type { Facts } from './facts.ts';
import { lintPaths } from './paths.ts';
import { lintPools } from './pools.ts';
import { lintSecrets } from './secrets.ts';

export type Found = { readonly mistakes: Finding[]; readonly warnings: Finding[] };
export type Lint = (draft: Draft, facts: Facts, found: Found) => void;

/** A lint is one file and one line here; `needs` is the fact without which it says nothing. */
const lints = {
  'artifacts of needs': { needs: null, run: lintArtifacts },
  'conditions on attributes': { needs: null, run: lintAttributes },
  'conditions on branches': { needs: null, run: lintBranches },
  pools: { needs: 'pools', run: lintPools },
  secrets: { needs: 'secrets', run: lintSecrets },
  'paths of the tree': { needs: 'paths', run: lintPaths },
} as const satisfies Record<string, { needs: keyof Facts | null; run: Lint }>;

export type Linted = {
  /** It cannot do what it says. */
  readonly mistakes: Mistake[];
  /** It can, and probably not as meant. */
  readonly warnings: Mistake[];
  /** What could not be looked at, for want of a fact. */
  readonly unchecked: string[];
};

export function lint({ draft }: Configuration, facts: Facts, clock?: Clock): Linted {
  const found: Found = { mistakes: [], warnings: [...draft.warnings] };
  const unchecked: string[] = [];
  for (const [name, { needs, run }] of Object.entries(lints)) {
    if (needs !== null && facts[needs] === undefined) unchecked.push(name);
    else timed(clock, { kind: 'check', name }, () => run(draft, facts, found));
  }
  return { mistakes: told(draft.source, found.mistakes), warnings: told(draft.source, found.warnings), unchecked };
}
