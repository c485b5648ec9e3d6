// The steps of a job: scripts with what stands around them, actions as what they come to here.
import { counted, limits } from '../../limits.ts';
import { listAt, scalarAt, type Table, tableAt } from '../../tree.ts';
import { gapAt } from '../gap.ts';
import type { ImportedStep } from '../model.ts';
import type { Sources } from '../sources.ts';
import { readAction } from './actions.ts';
import type { Pushed } from './condition.ts';
import type { Variable } from './environment.ts';
import type { Scope } from './resolve.ts';
import { type Defaults, readScript } from './script.ts';

export type StepsOf = {
  readonly scope: Scope;
  readonly sources: Sources;
  readonly pushed: Pushed;
  readonly defaults: Defaults;
  /** Variables of the job that only a run knows: every script sets them. */
  readonly atRunTime: readonly Variable[];
};

export type ReadSteps = {
  readonly steps: readonly ImportedStep[];
  readonly hasCheckout: boolean;
  readonly artifacts: readonly string[];
  readonly uploads: readonly string[];
  readonly downloads: readonly string[];
};

export function readSteps(job: Table, of: StepsOf): ReadSteps {
  const list = listAt(job, 'steps');
  const items = list?.items ?? [];
  const steps: ImportedStep[] = [];
  const found = { artifacts: new Set<string>(), uploads: new Set<string>(), downloads: new Set<string>() };
  let hasCheckout = false;
  let count = 0;
  for (const item of items) {
    if (count >= mostSteps) {
      const instead = `A job has at most ${counted(limits.steps.most)} steps; those from here on are left out.`;
      steps.push({ gaps: [gapAt(of.sources, item, 'a job of more steps', instead)], comments: [], script: null });
      break;
    }
    if (item.kind !== 'table') {
      steps.push({
        gaps: [gapAt(of.sources, item, 'a step that is no mapping', 'It is left out.')],
        comments: [],
        script: null,
      });
      continue;
    }
    const comments = of.sources.commentsAbove(item);
    const uses = scalarAt(item, 'uses');
    if (!uses) {
      const step = readScript(item, of);
      steps.push({ ...step, comments: [...comments, ...step.comments] });
      count += 1;
      continue;
    }
    const action = readAction(item, uses, of.scope, of.sources);
    hasCheckout ||= action.isCheckout ?? false;
    for (const artifact of action.artifacts ?? []) found.artifacts.add(artifact);
    if (action.uploads !== undefined) found.uploads.add(action.uploads);
    if (action.downloads !== undefined) found.downloads.add(action.downloads);
    const isTaken = action.gaps.length === 0;
    if (!isTaken)
      steps.push({
        gaps: action.gaps,
        comments: [...comments, ...titleOf(item)],
        shown: shownOf(item, of),
        script: null,
      });
    for (const [index, script] of (action.scripts ?? []).entries()) {
      steps.push({ gaps: [], comments: isTaken && index === 0 ? comments : [], script });
    }
    count += action.scripts?.length ?? 0;
  }
  return {
    steps,
    hasCheckout,
    artifacts: [...found.artifacts],
    uploads: [...found.uploads],
    downloads: [...found.downloads],
  };
}

const mostSteps = limits.steps.most - 10;

const titleOf = (step: Table): string[] => {
  const name = scalarAt(step, 'name');
  return name ? [` ${name.text}`] : [];
};

/** What the action was told. */
function shownOf(step: Table, { sources }: StepsOf): string[] {
  const given = tableAt(step, 'with');
  return given ? sources.linesOf(given, 12).filter((line) => line.length <= 160) : [];
}
