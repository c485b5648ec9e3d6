// Stage 3: every template becomes its cells: expressions filled in, the result held against the schema, defaults settled.
import { type Check, createCheck } from './check-value.ts';
import { cut } from './chunks.ts';
import { createDataReader, type DataReader } from './data-files.ts';
import type { Cell, Draft, Finding, Patterns, Template } from './draft.ts';
import { eachHoledText, fill, unknownKeys } from './expressions.ts';
import { counted, limits } from './limits.ts';
import { type Combination, type Matrix, readMatrix } from './matrix.ts';
import { quote } from './printable.ts';
import { timed } from './profile.ts';
import { createJobReader, type JobReader } from './read-job.ts';
import { job } from './schema/job.ts';
import { lineSeenFrom } from './source.ts';
import type { Entry, Table, Value } from './tree.ts';

export function expand(draft: Draft): Draft {
  const wanted = new Set(draft.wanted);
  const mistakes: Finding[] = [];
  const warnings: Finding[] = [];
  const expansion: Expansion = {
    draft,
    mistakes,
    warnings,
    check: createCheck(mistakes),
    reader: createJobReader(draft.tree, mistakes, warnings),
    readData: createDataReader(draft, wanted),
    cells: new Map(),
    unknownTemplates: new Set(draft.unknownTemplates),
    sizeCharacters: 0,
    isFull: false,
  };
  for (const template of draft.templates) {
    const named = { kind: 'job', name: template.name, offset: template.entry.keyOffset } as const;
    timed(draft.clock, named, () => expandTemplate(expansion, template));
  }
  refuseManyGlobs(expansion);
  return {
    ...draft,
    wanted,
    mistakes: [...draft.mistakes, ...mistakes],
    warnings: [...draft.warnings, ...warnings],
    cells: [...expansion.cells.values()],
    unknownTemplates: expansion.unknownTemplates,
  };
}

type Expansion = {
  readonly draft: Draft;
  readonly mistakes: Finding[];
  readonly warnings: Finding[];
  readonly check: Check;
  readonly reader: JobReader;
  readonly readData: DataReader;
  readonly cells: Map<string, Cell>;
  readonly unknownTemplates: Set<string>;
  sizeCharacters: number;
  /** A limit of the whole was passed: no more is made. */
  isFull: boolean;
};

/** What a job without a matrix has. */
export const single: Matrix = { combinations: [{ values: new Map<string, string>(), offset: null }], keys: [] };

function expandTemplate(expansion: Expansion, template: Template): void {
  const { mistakes, warnings } = expansion;
  const { table, entry, name } = template;
  const matrix = table.entries.get('matrix');
  const rows = expansion.isFull ? null : matrix ? readMatrix(matrix, expansion.readData, mistakes, warnings) : single;
  const read = rows && cut(rows, table, mistakes);
  if (read === null) {
    expansion.unknownTemplates.add(name);
    return;
  }
  const stop = (rule: string, message: string, hint: string | null) => {
    mistakes.push({ offset: entry.keyOffset, rule, message, hint });
    expansion.unknownTemplates.add(name);
    expansion.isFull = true;
  };
  if (expansion.cells.size + read.combinations.length > limits.jobs.most) {
    stop('jobs', `with this job the file makes more than ${counted(limits.jobs.most)} jobs`, null);
    return;
  }
  refuseUnknownKeys(expansion, template, read.combinations, read.keys);
  for (const combination of read.combinations) {
    if (expansion.sizeCharacters > limits.planCharacters.most) break;
    addCell(expansion, template, combination, matrix);
  }
  if (expansion.sizeCharacters > limits.planCharacters.most) {
    const most = counted(limits.planCharacters.most);
    const message = `up to this job, scripts and environment of all jobs have more than ${most} characters`;
    stop('plan-size', message, 'put long scripts into files of the tree');
  }
}

function addCell(expansion: Expansion, template: Template, combination: Combination, matrix: Entry | undefined): void {
  const name = nameOf(template.name, combination);
  const offset = combination.offset ?? template.entry.keyOffset;
  if (isRefused(expansion, name, offset, combination)) return;
  const table = fillJob(template.table, combination);
  if (table !== template.table) expansion.check(table, job, { name: quote(template.name), offset });
  const read = expansion.reader(table, template.name, combination.values, matrix);
  expansion.sizeCharacters += read.sizeCharacters;
  expansion.cells.set(name, { ...read.cell, name, offset, template });
}

/** `<template>-<value>-<value>`, of letters that a path and an address can hold. */
export function nameOf(template: string, { values }: Combination): string {
  if (values.size === 0) return template;
  return [template, ...[...values.values()].map((value) => value.replace(/[^A-Za-z0-9._-]+/g, '-'))].join('-');
}

function isRefused(
  { draft, mistakes, cells }: Expansion,
  name: string,
  offset: number,
  { values }: Combination,
): boolean {
  if (name.length > limits.nameCharacters.most) {
    const message = `the job ${quote(name)} would have a name of ${name.length} characters; ${limits.nameCharacters.most} are the limit`;
    mistakes.push({ offset, rule: 'name-length', message, hint: 'shorten the values of its matrix' });
    return true;
  }
  const twin = cells.get(name);
  if (!twin) return false;
  const hint =
    values.size === 0
      ? 'rename one of them'
      : 'the name is made of the values of the matrix, with - for every other character than letters, digits and ._-';
  const message = `two jobs would be named ${quote(name)}; the other is on ${lineSeenFrom(draft.source, twin.offset, offset)}`;
  mistakes.push({ offset, rule: 'same-name', message, hint });
  return true;
}

/** The job's table with the cell's values in its texts. The matrix itself stays as it is. */
function fillJob(table: Table, { values }: Combination): Table {
  if (!table.hasHoles || values.size === 0) return table;
  const entries = new Map(table.entries);
  for (const [key, entry] of entries) {
    if (key !== 'matrix') entries.set(key, { ...entry, value: fill(entry.value, values) });
  }
  return { ...table, entries };
}

/** Expressions that ask for what the matrix, or some cell of it, does not have. */
function refuseUnknownKeys(
  { draft, mistakes }: Expansion,
  template: Template,
  combinations: readonly Combination[],
  keys: readonly string[],
): void {
  const complete = new Set(keys);
  for (const { values } of combinations) {
    if (values.size === keys.length) continue;
    for (const key of keys) if (!values.has(key)) complete.delete(key);
  }
  const seen = new Set<Value>();
  const all = new Set(keys);
  for (const { key, value } of template.table.entries.values()) {
    if (key === 'matrix') continue;
    eachHoledText(
      value,
      (text) => {
        const of = keys.length === 0 ? `the job ${quote(template.name)}` : `the matrix of ${quote(template.name)}`;
        mistakes.push(...unknownKeys(draft.source, text, all, of, complete));
      },
      seen,
    );
  }
}

/** Each different list is matched once, against all files of the push. */
function refuseManyGlobs({ mistakes, cells }: Expansion): void {
  const lists = new Set<string>();
  const seen = new Set<Patterns>();
  let count = 0;
  const add = (list: Patterns): boolean => {
    if (seen.has(list)) return true;
    seen.add(list);
    const before = lists.size;
    lists.add(list.patterns.join('\n'));
    if (lists.size > before) count += list.patterns.length;
    if (count <= limits.globs.most) return true;
    const message = `up to here the lists of patterns hold more than ${counted(limits.globs.most)}`;
    mistakes.push({ offset: list.offset, rule: 'globs', message, hint: 'use the same list for several jobs' });
    return false;
  };
  for (const { conditions, ifChanged } of cells.values()) {
    if (!conditions.every(add) || (ifChanged && !add(ifChanged))) return;
  }
}
