// How much a branch matters, 1 to 3: it decides which jobs come first where workers are few.
import { createGlob } from '@signalbox/plan';
import type { BranchLevel } from '@signalbox/protocol';
import { type Queryable, sql } from '../base/index.ts';

/** Steps of matching one branch against all patterns of a repository; far more than any real list needs. */
const mostSteps = 100_000;

/** The first pattern that matches counts; without any the default branch has level 2, the others 1. Pure. */
export function levelOf(branch: string, defaultBranch: string | null, levels: readonly BranchLevel[]): number {
  const budget = { steps: mostSteps };
  const found = levels.find(({ pattern }) => budget.steps > 0 && createGlob(pattern, budget)(branch));
  return found?.level ?? (branch === defaultBranch ? 2 : 1);
}

export async function branchLevel(db: Queryable, repoId: number, branch: string): Promise<number> {
  const [repo] = await db.query<{ defaultBranch: string | null; levels: BranchLevel[] }>(sql`
    select default_branch as "defaultBranch", branch_levels as levels from repo where id = ${repoId}`);
  return levelOf(branch, repo?.defaultBranch ?? null, repo?.levels ?? []);
}
