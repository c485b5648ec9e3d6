// An order in which every job comes after what it needs; where there is none, the circle is named as a path.
import type { Cell, Edge, Finding } from './draft.ts';
import { printable } from './printable.ts';

export type Sequence = { readonly sequence: number[]; readonly circles: Finding[] };

/** Depth first along the needs, without recursion: a chain of 20,000 jobs is a legal file. */
export function sequenceOf(cells: readonly Cell[], edges: readonly (readonly Edge[])[]): Sequence {
  const sequence: number[] = [];
  const circles: Finding[] = [];
  const state = new Uint8Array(cells.length);
  const placeOnPath = new Int32Array(cells.length);
  for (let root = 0; root < cells.length; root += 1) {
    if (state[root] !== unseen) continue;
    state[root] = onPath;
    placeOnPath[root] = 0;
    const path = [{ cell: root, next: 0 }];
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const edge = edges[top.cell]?.[top.next];
      top.next += 1;
      if (edge === undefined) {
        state[top.cell] = placed;
        sequence.push(top.cell);
        path.pop();
      } else if (state[edge.to] === unseen) {
        state[edge.to] = onPath;
        placeOnPath[edge.to] = path.length;
        path.push({ cell: edge.to, next: 0 });
      } else if (state[edge.to] === onPath && circles.length < mostCircles) {
        const names = path.slice(placeOnPath[edge.to]).map(({ cell }) => cells[cell]?.name ?? '');
        circles.push(circle(names, edge.offset));
      }
    }
  }
  return { sequence, circles };
}

/** More than these are nearly always the same one, seen from other jobs. */
const mostCircles = 50;

const unseen = 0;
const onPath = 1;
const placed = 2;

function circle(names: readonly string[], offset: number): Finding {
  const closed = [...names, names[0] ?? ''];
  const shown = closed.length > 12 ? [...closed.slice(0, 6), '…', ...closed.slice(-5)] : closed;
  const message = `these needs form a circle: ${printable(shown.join(' → '))}`;
  return { offset, rule: 'circle', message, hint: 'remove one of these needs' };
}
