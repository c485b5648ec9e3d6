// Stage 4: every need becomes the jobs that it means, and a circle of needs is refused. It does not depend on the push.
import { sequenceOf } from './circles.ts';
import type { Draft, Edge, Finding, Need } from './draft.ts';
import { counted, limits } from './limits.ts';
import { nearestHint } from './nearest.ts';
import { quote } from './printable.ts';
import { expressionOf } from './schema/expression.ts';

export function link(draft: Draft): Draft {
  const { cells } = draft;
  const found: Finding[] = [];
  const names = new Map<string, number>();
  const templates = new Map<string, number[]>();
  for (const [index, cell] of cells.entries()) {
    names.set(cell.name, index);
    const known = templates.get(cell.template.name);
    if (known) known.push(index);
    else templates.set(cell.template.name, [index]);
  }
  // The names of templates come first: of two words as near, the shorter way to say it is shown.
  let all: ReadonlySet<string> | undefined;
  const allNames = () => {
    all ??= new Set([...templates.keys(), ...names.keys()]);
    return all;
  };
  const edges: Edge[][] = [];
  let count = 0;
  for (const { needs } of cells) {
    const to = new Map<number, Edge>();
    for (const need of needs) {
      const exact = names.get(need.text);
      const meant = templates.get(need.text) ?? (exact === undefined ? undefined : [exact]);
      if (meant) for (const index of meant) add(to, index, need);
      else if (!need.text.includes('${{') && !mayExist(need.text, draft.unknownTemplates)) {
        const message = `there is no job ${quote(need.text)} to need`;
        const hint = () => nearestHint(need.text, allNames());
        found.push({ offset: need.offset, rule: 'unknown-need', message, hint });
      }
    }
    edges.push([...to.values()]);
    count += to.size;
    if (count > limits.needs.most) break;
  }
  if (count > limits.needs.most) {
    const message = `up to this job, ${counted(limits.needs.most)} needs are passed: each job of a matrix that is waited for counts`;
    const hint = `need one job of the matrix by its name, such as build-${expressionOf('matrix.platform')}`;
    found.push({ offset: cells[edges.length - 1]?.offset ?? 0, rule: 'needs', message, hint });
    return { ...draft, mistakes: [...draft.mistakes, ...found] };
  }
  const { sequence, circles } = sequenceOf(cells, edges);
  return { ...draft, mistakes: [...draft.mistakes, ...found, ...circles], edges, sequence };
}

/** Of two needs of one job, one optional and one not, the job is needed. */
function add(to: Map<number, Edge>, index: number, { offset, isOptional }: Need): void {
  const before = to.get(index);
  if (!before || before.isOptional) to.set(index, { to: index, offset, isOptional });
}

/** A template whose cells are not known may have any cell that begins with its name: a need of one is not called unknown. */
function mayExist(need: string, unknownTemplates: ReadonlySet<string>): boolean {
  if (unknownTemplates.has(need)) return true;
  for (let dash = need.indexOf('-'); dash >= 0; dash = need.indexOf('-', dash + 1)) {
    if (unknownTemplates.has(need.slice(0, dash))) return true;
  }
  return false;
}
