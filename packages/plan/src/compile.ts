// Configuration, push and cause become a plan, or every mistake at once. Pure: the same input gives the same answer everywhere.
import type { Cause, LeftOut, Mistake } from '@signalbox/protocol';
import { check } from './check.ts';
import type { Draft, Finding, Plan, PushFacts, Stage } from './draft.ts';
import { expand } from './expand.ts';
import { counted, limits } from './limits.ts';
import { link } from './link.ts';
import { order } from './order.ts';
import { parse } from './parse.ts';
import { select } from './select.ts';
import { excerptOf, placeOf, type Source, sourceOf } from './source.ts';

export type CompileInput = {
  readonly text: string;
  /** Only shown: the name of the file in messages. */
  readonly file: string;
  readonly push: PushFacts;
  readonly cause: Cause;
};

export type Compiled =
  | { readonly kind: 'plan'; readonly plan: Plan }
  | { readonly kind: 'mistakes'; readonly mistakes: Mistake[] };

/** The first four find every mistake, whatever the push; the last two decide about this push. */
const reading = [parse, check, expand, link] as const satisfies readonly Stage[];
const deciding = [select, order] as const satisfies readonly Stage[];

export function compile(input: CompileInput): Compiled {
  // A byte-order mark is no part of the text; editors do not count it as a column.
  const text = input.text.startsWith('\ufeff') ? input.text.slice(1) : input.text;
  if (text.length > limits.fileCharacters.most) return tooLarge(input.file, text);
  const draft = run(reading, empty(sourceOf(input.file, text), input));
  if (draft.mistakes.length > 0) return { kind: 'mistakes', mistakes: toldOf(draft.source, draft.mistakes) };
  const { jobs, reasons, warnings } = run(deciding, draft);
  return {
    kind: 'plan',
    plan: {
      jobs: [...jobs],
      leftOut: reasons.filter((reason): reason is LeftOut => reason !== null),
      warnings: toldOf(draft.source, warnings),
    },
  };
}

const run = (stages: readonly Stage[], draft: Draft): Draft => stages.reduce((before, stage) => stage(before), draft);

function empty(source: Source, { push, cause }: CompileInput): Draft {
  return {
    source,
    push,
    cause,
    mistakes: [],
    warnings: [],
    tree: null,
    templates: [],
    cells: [],
    unknownTemplates: new Set(),
    edges: [],
    sequence: [],
    reasons: [],
    jobs: [],
  };
}

function tooLarge(file: string, text: string): Compiled {
  const length = counted(text.length);
  const message = `the file has ${length} characters; ${counted(limits.fileCharacters.most)} are the limit`;
  const hint = 'put long scripts into files of the tree; a `matrix` makes many jobs of few lines';
  const finding: Finding = { offset: 0, rule: 'file', message, hint };
  return { kind: 'mistakes', mistakes: toldOf(sourceOf(file, text.slice(0, 1000)), [finding]) };
}

/** In the order of the file; what was found twice is told once; what is too much to read is counted. */
function toldOf(source: Source, findings: readonly Finding[]): Mistake[] {
  const once = new Map<string, Finding>();
  for (const finding of findings) {
    const key = `${finding.offset} ${finding.rule}`;
    if (!once.has(key)) once.set(key, finding);
  }
  const sorted = [...once.values()].sort((one, other) => one.offset - other.offset);
  const shown = sorted.slice(0, limits.mistakes.most);
  const next = sorted[limits.mistakes.most];
  if (next) {
    const rest = counted(sorted.length - shown.length);
    shown.push({ ...next, message: `${rest} more mistakes from here on`, hint: 'mend those above first' });
  }
  return shown.map(({ offset, message, hint }) => {
    const { line, column } = placeOf(source, offset);
    const told = typeof hint === 'function' ? hint() : hint;
    return { file: source.file, line, column, message, hint: told, excerpt: excerptOf(source, line) };
  });
}
