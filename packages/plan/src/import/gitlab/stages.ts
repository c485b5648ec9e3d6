// Stages become needs: a job waits for what GitLab would have it wait for, each of them named once.
import { listAt, type Table, textsOf } from '../../tree.ts';

export function stagesOf(root: Table): string[] {
  const list = listAt(root, 'stages') ?? listAt(root, 'types');
  const own = list ? textsOf(list).map(({ text }) => text) : ['build', 'test', 'deploy'];
  return ['.pre', ...own.filter((stage) => stage !== '.pre' && stage !== '.post'), '.post'];
}

export type Staged = {
  readonly name: string;
  readonly stage: number;
  /** Of its own; null: all jobs of the stages before. */
  readonly needs: readonly string[] | null;
  /** Those that follow do not wait for it: a person may never start it. */
  readonly isPassedOver: boolean;
};

/** For each job the needs that make the same order; what is waited for by a need is not named again. */
export function needsOfStages(jobs: readonly Staged[]): Map<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  const byStage = [...jobs].sort((one, other) => one.stage - other.stage);
  // Jobs of a stage that wait for all before have the same needs.
  const memory = new Map<number, readonly string[]>();
  for (const job of byStage) {
    if (job.needs) {
      found.set(job.name, job.needs);
      continue;
    }
    const known = memory.get(job.stage);
    const needs =
      known ??
      reduced(
        byStage.filter(({ stage, isPassedOver }) => stage < job.stage && !isPassedOver),
        found,
      );
    memory.set(job.stage, needs);
    found.set(job.name, needs);
  }
  return found;
}

/** Without those that another of them waits for. */
function reduced(before: readonly Staged[], needs: ReadonlyMap<string, readonly string[]>): string[] {
  const covered = new Set<string>();
  const open = before.flatMap(({ name }) => needs.get(name) ?? []);
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (covered.has(name)) continue;
    covered.add(name);
    open.push(...(needs.get(name) ?? []));
  }
  return before.filter(({ name }) => !covered.has(name)).map(({ name }) => name);
}
