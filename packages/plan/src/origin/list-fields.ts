// All fields of a lane, in the order of the schema: those that are written, and those for which something stands in.
import { chunksOf } from '../chunks.ts';
import { matrixName, textsIn } from '../environment.ts';
import { gateTable } from '../schema/gate.ts';
import { jobTable } from '../schema/job.ts';
import { need } from '../schema/need.ts';
import { results } from '../schema/results.ts';
import { stepTable } from '../schema/step.ts';
import { listAt, tableAt, type Value, valueAt } from '../tree.ts';
import type { Lane } from './lane.ts';
import type { Path } from './trail.ts';

export function listFields(lane: Lane): Path[] {
  const keys = Object.keys((lane.isGate ? gateTable : jobTable).properties ?? {});
  const chunk =
    chunksOf(lane.job) === null
      ? []
      : [
          ['attributes', 'chunk', 'number'],
          ['attributes', 'chunk', 'of'],
        ];
  return [
    ['name'],
    ['attributes', 'template'],
    ...chunk,
    ...keys.flatMap((key) => under(lane, key)),
    ...patterns(lane),
  ];
}

function under(lane: Lane, key: string): Path[] {
  if (key === 'env') return namesOf(lane).map((name) => ['env', name]);
  if (key === 'matrix' && lane.values.size > 0) {
    return [...lane.values.keys()]
      .filter((each) => each !== 'chunk' || chunksOf(lane.job) === null)
      .map((each) => ['matrix', each]);
  }
  const value = valueAt(lane.job, key);
  const keys = keysOfItems.get(key);
  if (!value || !keys || value.kind !== 'list') return value ? leaves(value, [key]) : [[key]];
  return value.items.flatMap((_, index) => keys.map((each) => [key, index, each]));
}

const keysOf = (schemas: readonly { readonly properties?: object }[] = []): string[] =>
  schemas.flatMap(({ properties }) => Object.keys(properties ?? {}));

/** An entry may be a text alone: its other keys have a default all the same. */
const keysOfItems = new Map([
  ['steps', keysOf([stepTable])],
  ['needs', keysOf(need.anyOf)],
  ['results', keysOf(results.items?.anyOf)],
]);

/** Each name once, in the order in which one wins over the other. */
function namesOf({ job, draft, values }: Lane): string[] {
  const ofFile = textsIn((draft.tree && tableAt(draft.tree, 'env')) ?? undefined);
  const ofCell = [...values.keys()].map(matrixName);
  const own = textsIn(tableAt(job, 'env'));
  const chunks = chunksOf(job) === null ? [] : ['MATRIX_CHUNKS'];
  return [...new Set([...own.map(([name]) => name), ...ofCell, ...chunks, ...ofFile.map(([name]) => name)])];
}

function patterns({ draft, isGate }: Lane): Path[] {
  const list = draft.tree && !isGate ? listAt(draft.tree, 'error-patterns') : undefined;
  return list ? leaves(list, ['error-patterns']) : [];
}

function leaves(value: Value, path: Path): Path[] {
  if (value.kind === 'scalar') return [path];
  const inside =
    value.kind === 'list'
      ? value.items.flatMap((item, index) => leaves(item, [...path, index]))
      : [...value.entries.values()].flatMap((entry) => leaves(entry.value, [...path, entry.key]));
  return inside.length > 0 ? inside : [path];
}
