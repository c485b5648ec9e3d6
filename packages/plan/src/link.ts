// Stage 4: every need becomes the jobs that it means, and a circle of needs is refused. It does not depend on the push.
import { sequenceOf } from './circles.ts';
import type { Cell, Draft, Edge, Finding, Need } from './draft.ts';
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
      if (meant) for (const index of meant) add(to, index, need, meant.length > 1 ? (cells[index]?.name ?? '') : '');
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
  const besides = cells.map((cell) => findBeside(cell, names, templates, draft.unknownTemplates, found));
  const { sequence, circles } = sequenceOf(cells, edges);
  return { ...draft, mistakes: [...draft.mistakes, ...found, ...circles], edges, besides, sequence };
}

/** Of two needs of one job, one optional and one not, the job is needed. `folder`: where one job is among several. */
function add(to: Map<number, Edge>, index: number, { offset, isOptional, brought }: Need, folder: string): void {
  const before = to.get(index);
  const brings = [...(before?.brings ?? [])];
  if (brought) brings.push({ ...brought, into: [brought.into, folder].filter((part) => part !== '').join('/') });
  if (before && !before.isOptional) to.set(index, { ...before, brings });
  else to.set(index, { to: index, offset, isOptional, brings });
}

/** One job, since one directory is meant. */
function findBeside(
  cell: Cell,
  names: ReadonlyMap<string, number>,
  templates: ReadonlyMap<string, readonly number[]>,
  unknownTemplates: ReadonlySet<string>,
  found: Finding[],
): number | null {
  if (!cell.beside) return null;
  const { text, offset } = cell.beside;
  const several = templates.get(text);
  const index = several?.length === 1 ? several[0] : names.get(text);
  if (index !== undefined) return index;
  if (text.includes('${{') || mayExist(text, unknownTemplates)) return null;
  const message = several
    ? `\`beside\` names one job, and ${quote(text)} makes ${counted(several.length)}`
    : `there is no job ${quote(text)} to lie beside`;
  const hint = () => (several ? 'name one of them' : nearestHint(text, [...templates.keys(), ...names.keys()]));
  found.push({ offset, rule: 'unknown-beside', message, hint });
  return null;
}

/** A template whose cells are not known may have any cell that begins with its name: a need of one is not called unknown. */
function mayExist(need: string, unknownTemplates: ReadonlySet<string>): boolean {
  if (unknownTemplates.has(need)) return true;
  for (let dash = need.indexOf('-'); dash >= 0; dash = need.indexOf('-', dash + 1)) {
    if (unknownTemplates.has(need.slice(0, dash))) return true;
  }
  return false;
}
