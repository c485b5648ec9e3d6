// Where does this come from? Each field of a lane with the steps that made it, worked out when it is asked.
import type { FieldOrigin, LaneOrigins } from '@signalbox/protocol';
import type { Configuration } from '../configuration.ts';
import { elsewhere } from '../elsewhere.ts';
import { nearest } from '../nearest.ts';
import { listed, quote } from '../printable.ts';
import { gateTable } from '../schema/gate.ts';
import { jobTable } from '../schema/job.ts';
import { excerptOf, placeOf } from '../source.ts';
import { type Effective, effective } from './effective.ts';
import { fieldOf, pathOf, splitWord } from './field-path.ts';
import { type Lane, openLane } from './lane.ts';
import { listFields } from './list-fields.ts';
import type { Path } from './trail.ts';

export type Explained =
  | { readonly kind: 'origins'; readonly origins: LaneOrigins }
  | { readonly kind: 'unknown'; readonly what: 'lane' | 'field'; readonly says: string; readonly hint: string | null };

/** `LANE` for all fields, `LANE.FIELD` for one, or for all below it. */
export function explainConfig({ draft }: Configuration, word: string): Explained {
  const cells = new Map(draft.cells.map((cell) => [cell.name, cell]));
  const { lane: name, field } = splitWord(word, (each) => cells.has(each));
  const cell = cells.get(name);
  if (!cell)
    return unknownLane(
      name,
      field,
      [...cells.values()].map((each) => [each.name, each.template.name]),
    );
  const lane = openLane(draft, cell);
  const asked = pathOf(field);
  const all = listFields(lane);
  const meant = all.filter((path) => asked.every((segment, index) => path[index] === segment));
  const paths = meant.length > 0 ? meant : [asked];
  const fields = paths.flatMap((path) => told(lane, path, effective(lane, path)));
  if (fields.length > 0) return { kind: 'origins', origins: { lane: name, fields } };
  return unknownField(lane, fieldOf(asked), all);
}

function told({ draft: { source } }: Lane, path: Path, found: Effective | null): FieldOrigin[] {
  if (!found) return [];
  const chain = found.links.map(({ kind, offset, says }) => {
    const place = placeOf(source, offset);
    return { kind, says, ...place, excerpt: excerptOf(source, place) };
  });
  return [{ field: fieldOf(path), value: found.value, chain }];
}

function unknownLane(
  name: string,
  field: string,
  lanes: readonly (readonly [name: string, template: string])[],
): Explained {
  const of = lanes.filter(([, template]) => template === name).map(([lane]) => lane);
  if (of.length > 0) {
    const says = `${quote(name)} is ${of.length} lanes of a matrix`;
    return { kind: 'unknown', what: 'lane', says, hint: `name one of them: ${listed(of, 6)}` };
  }
  const near = nearest(name, lanes.flat());
  const hint =
    near === null
      ? `there are ${listed(
          lanes.map(([lane]) => lane),
          6,
        )}`
      : `did you mean ${quote(near + (field && `.${field}`))}?`;
  return { kind: 'unknown', what: 'lane', says: `there is no lane ${quote(name)}`, hint };
}

function unknownField(lane: Lane, field: string, all: readonly Path[]): Explained {
  const table = lane.isGate ? gateTable : jobTable;
  const known = [...Object.keys(table.properties ?? {}), ...all.map(fieldOf)];
  const near = nearest(field, known) ?? nearest(field.replace(/.*\./, ''), known);
  const head = field.replace(/[.[].*/, '');
  const hint = near === null ? elsewhere(table.title, head) : `did you mean ${quote(near)}?`;
  const says = `the ${lane.isGate ? 'gate' : 'job'} ${quote(lane.cell.name)} has no field ${quote(field)}`;
  return {
    kind: 'unknown',
    what: 'field',
    says,
    hint: hint ?? `it has ${listed([...new Set(known.map((each) => each.replace(/[.[].*/, '')))], 40)}`,
  };
}
