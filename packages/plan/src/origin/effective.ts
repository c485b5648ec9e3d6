// What a field of a lane is in the end, and the steps that made it: what is written, else what stands in for it.
import { chunksOf } from '../chunks.ts';
import { matrixName } from '../environment.ts';
import { expressionPlaces, fill } from '../expressions.ts';
import { quote } from '../printable.ts';
import type { Table, Value } from '../tree.ts';
import { type Json, jsonOf } from './json-of.ts';
import { schemasAt } from './known-fields.ts';
import type { Lane } from './lane.ts';
import { follow, type Link, type Path } from './trail.ts';

export type Effective = { readonly value: Json; readonly links: readonly Link[] };

/** Null when the lane has no such field. */
export function effective(lane: Lane, path: Path): Effective | null {
  return computed(lane, path) ?? written(lane, path) ?? inherited(lane, path) ?? usual(lane, path);
}

/** What no key of the job says. */
function computed(lane: Lane, path: Path): Effective | null {
  const { cell, job, values } = lane;
  const field = path.join('.');
  if (field === 'name') {
    return {
      value: cell.name,
      links: [...named(lane, 'the key of the job'), ...[...values.keys()].flatMap(lane.valueLinks)],
    };
  }
  if (field === 'attributes.template') return { value: cell.template.name, links: named(lane, 'the key of the job') };
  if (field === 'not-before') return { value: null, links: [absent(lane, 'no time of day can be said in a tree')] };
  if (field === 'gate' && !lane.isGate) return { value: null, links: [absent(lane, 'it has steps: it asks nobody')] };
  const chunks = chunksOf(job);
  if (path[0] === 'attributes' && path[1] === 'chunk') {
    if (chunks === null) return { value: null, links: [absent(lane, 'it is not cut into `chunks`')] };
    const chunk = { number: Number(values.get('chunk')), of: chunks };
    const links = lane.valueLinks('chunk');
    if (path.length === 2) return { value: chunk, links };
    return path[2] === 'number' || path[2] === 'of' ? { value: chunk[path[2]], links } : null;
  }
  const key = String(path[1]);
  if (path[0] === 'matrix' && path.length === 2 && values.has(key)) {
    return { value: values.get(key) ?? '', links: [...lane.links, ...lane.valueLinks(key)] };
  }
  return path[0] === 'env' && path.length === 2 && !lane.isGate && !follow(job, path) ? fromElsewhere(lane, key) : null;
}

/** A name of the environment that the job does not say: of its matrix, else of the file. */
function fromElsewhere(lane: Lane, name: string): Effective | null {
  const chunks = chunksOf(lane.job);
  if (name === 'MATRIX_CHUNKS' && chunks !== null) return { value: String(chunks), links: lane.valueLinks('chunk') };
  const key = [...lane.values.keys()].findLast((each) => matrixName(each) === name);
  if (key !== undefined) return { value: lane.values.get(key) ?? '', links: lane.valueLinks(key) };
  return ofFile(lane, ['env', name]);
}

/** What all jobs have: it stands at the top of the file. */
function ofFile({ draft }: Lane, path: Path): Effective | null {
  const trail = draft.tree && (follow(draft.tree, path) ?? alone(draft.tree, path));
  return trail && { value: jsonOf(trail.value, schemasAt('file', path)), links: trail.links };
}

function written(lane: Lane, path: Path): Effective | null {
  if (path[0] === 'error-patterns') return lane.isGate ? null : ofFile(lane, path);
  const trail = follow(lane.job, path) ?? short(lane, path) ?? alone(lane.job, path);
  if (!trail) return null;
  const value = jsonOf(fill(trail.value, lane.values), schemasAt(lane.isGate ? 'gate' : 'job', path));
  return { value, links: [...lane.links, ...trail.links, ...filledIn(lane, trail.value)] };
}

/** `- npm test` is a step with that script; so it is with needs and results. */
const shorthands: Readonly<Record<string, string>> = { steps: 'script', needs: 'job', results: 'files' };

function short({ job }: Lane, [list, index, key, ...rest]: Path) {
  if (rest.length > 0 || key === undefined || shorthands[String(list)] !== key) return null;
  const trail = follow(job, [list!, index!]);
  return trail?.value.kind === 'scalar' ? trail : null;
}

/** A text where a list of texts may stand is its first entry. */
function alone(table: Table, path: Path) {
  const trail = path.at(-1) === 0 ? follow(table, path.slice(0, -1)) : null;
  return trail?.value.kind === 'scalar' ? trail : null;
}

/** Each expression of a text, and where its value comes from. */
function filledIn(lane: Lane, value: Value): Link[] {
  if (value.kind !== 'scalar') return [];
  return expressionPlaces(lane.draft.source, value).flatMap(({ key, offset, text }) => [
    { kind: 'expression' as const, offset, says: `${quote(text)} is filled in` },
    ...lane.valueLinks(key),
  ]);
}

/** What is not said and is taken from another field. */
function inherited(lane: Lane, path: Path): Effective | null {
  const [head, index, key] = path;
  const from = (field: Path, says: string, offset = lane.offset): Effective | null => {
    const other = effective(lane, field);
    return other && { value: other.value, links: [{ kind: 'default', offset, says }, ...other.links] };
  };
  if (path.length === 1 && isAttribute(head) && lane.values.has(head)) {
    return from(['matrix', head], `the job does not say it: it is \`matrix.${head}\``);
  }
  if (path.length === 1 && head === 'symbol') {
    const says = 'the job does not say it: it is made of its name';
    return { value: lane.cell.attributes.symbol, links: [absent(lane, says), ...named(lane, 'the key of the job')] };
  }
  if (head !== 'steps' || path.length !== 3 || typeof index !== 'number') return null;
  const offset = follow(lane.job, ['steps', index])?.value.offset;
  if (offset === undefined) return null;
  if (key === 'name') {
    const script = from(['steps', index, 'script'], 'the step has no name: it is the first line of its script', offset);
    return script && { ...script, value: lane.cell.spec.steps[index]?.name ?? '' };
  }
  if (key === 'timeout' || key === 'silent-timeout') {
    return from([key], `the step does not say it: it is the job's \`${key}\``, offset);
  }
  return null;
}

const isAttribute = (word: unknown): word is string => word === 'platform' || word === 'variant' || word === 'suite';

/** What the schema says of a key that is not there. */
function usual(lane: Lane, path: Path): Effective | null {
  const [head, key] = path;
  const isOfFile = head === 'error-patterns' && !lane.isGate;
  const schemas = schemasAt(isOfFile ? 'file' : lane.isGate ? 'gate' : 'job', path);
  // Names that a person chooses are there when they are written.
  const isChosen = path.length > 1 && (head === 'env' || (head === 'matrix' && key !== 'include' && key !== 'exclude'));
  if (schemas.length === 0 || isChosen) return null;
  const last = path.findLastIndex((segment) => typeof segment === 'number');
  const table = isOfFile ? lane.draft.tree : lane.job;
  const item = last < 0 || !table ? null : follow(table, path.slice(0, last + 1));
  if (last >= 0 && (!item || last === path.length - 1)) return null;
  const standsIn = schemas.find((schema) => schema.default !== undefined)?.default as Json | undefined;
  const says = standsIn === undefined ? 'it is not said, and there is none' : 'it is not said: this is the default';
  return { value: standsIn ?? null, links: [{ kind: 'default', offset: item?.value.offset ?? lane.offset, says }] };
}

const named = (lane: Lane, says: string): Link[] => [...lane.links, { kind: 'written', offset: lane.offset, says }];

const absent = (lane: Lane, says: string): Link => ({ kind: 'default', offset: lane.offset, says });
