// The texts of a configuration become all jobs that could ever be, whatever the push; or every mistake at once.
import { apply } from './apply.ts';
import { check } from './check.ts';
import type { DataFiles } from './data-files.ts';
import type { Draft, Finding, Stage } from './draft.ts';
import { expand } from './expand.ts';
import { counted, limits } from './limits.ts';
import { link } from './link.ts';
import { parse } from './parse.ts';
import { type Clock, timed } from './profile.ts';
import { type ConfigFile, sourceOf } from './source.ts';
import { type Mistake, told } from './tell.ts';
import type { Table } from './tree.ts';

export type ReadInput = {
  /** `.signalbox.yml`, or the files of `.signalbox/`. */
  readonly files: readonly ConfigFile[];
  /** Files of the tree that matrices take values from; what is missing is asked for. */
  readonly data?: DataFiles | undefined;
  /** What a script made, with its places in `files`; without it they are YAML. */
  readonly made?: Made | undefined;
  /** Nothing is done after this stage, for who wants to see what it gives: what is read then is no sound configuration. */
  readonly until?: ReadingStage | undefined;
};

export type ReadingStage = 'parse' | keyof typeof stages;

export type Made = { readonly tree: Table | null; readonly findings: readonly Finding[] };

/** Sound, and the same for every push: to be kept and planned from many times. */
export type Configuration = { readonly draft: Draft };

export type ReadConfiguration =
  | { readonly kind: 'configuration'; readonly configuration: Configuration }
  | { readonly kind: 'mistakes'; readonly mistakes: Mistake[] }
  | { readonly kind: 'wanted'; readonly paths: readonly string[] };

const stages = { apply, check, expand, link } as const satisfies Record<string, Stage>;

export function readConfiguration(input: ReadInput, clock?: Clock): ReadConfiguration {
  // A byte-order mark is no part of the text; editors do not count it as a column.
  const files = input.files.map(({ file, text }) => ({ file, text: text.startsWith('\ufeff') ? text.slice(1) : text }));
  const { made } = input;
  const refused = made ? null : refuseSize(files);
  if (refused) return refused;
  const begun = { ...empty(files, input.data ?? new Map()), clock };
  let draft: Draft = made
    ? { ...begun, tree: made.tree, mistakes: made.findings }
    : timed(clock, { kind: 'stage', name: 'parse' }, () => parse(begun));
  const names = input.until === 'parse' ? [] : Object.keys(stages);
  const last = input.until === undefined ? -1 : names.indexOf(input.until);
  for (const [name, stage] of Object.entries<Stage>(stages).slice(0, last < 0 ? names.length : last + 1)) {
    draft = timed(clock, { kind: 'stage', name }, () => stage(draft));
  }
  // A file that is still to be read may be all that is missing.
  if (draft.wanted.size > 0 && draft.wanted.size + draft.data.size <= limits.dataFiles.most) {
    return { kind: 'wanted', paths: [...draft.wanted] };
  }
  if (draft.mistakes.length > 0) return { kind: 'mistakes', mistakes: told(draft.source, draft.mistakes) };
  return { kind: 'configuration', configuration: { draft } };
}

function empty(files: readonly ConfigFile[], data: DataFiles): Draft {
  const texts = [...data].flatMap(([file, text]) => (text === null ? [] : [{ file, text }]));
  return {
    source: sourceOf([...files, ...texts]),
    configFiles: files.length,
    data,
    wanted: new Set(),
    push: { branch: '', message: '', files: null },
    cause: 'push',
    mistakes: [],
    warnings: [],
    tree: null,
    templates: [],
    cells: [],
    unknownTemplates: new Set(),
    edges: [],
    besides: [],
    sequence: [],
    reasons: [],
    jobs: [],
  };
}

function refuseSize(files: readonly ConfigFile[]): ReadConfiguration | null {
  let characters = 0;
  for (const { file, text } of files) {
    characters += text.length;
    if (characters <= limits.fileCharacters.most) continue;
    const what = files.length === 1 ? 'the file has' : 'up to this file, the configuration has';
    const message = `${what} ${counted(characters)} characters; ${counted(limits.fileCharacters.most)} are the limit`;
    const hint = 'put long scripts into files of the tree; a `matrix` makes many jobs of few lines';
    const finding: Finding = { offset: 0, rule: 'file', message, hint };
    return { kind: 'mistakes', mistakes: told(sourceOf([{ file, text: text.slice(0, 1000) }]), [finding]) };
  }
  if (files.length <= limits.files.most) return null;
  const message = `the configuration has ${counted(files.length)} files; ${limits.files.most} are the limit`;
  const finding: Finding = { offset: 0, rule: 'files', message, hint: 'one file may hold many jobs' };
  return { kind: 'mistakes', mistakes: told(sourceOf(files.slice(0, 1)), [finding]) };
}
