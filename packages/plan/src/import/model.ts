// What an importer makes of a source: flat jobs in its order, with comments and gaps where they belong. write.ts makes text of it.
import type { Cause } from '@signalbox/protocol';
import type { Gap } from './gap.ts';

export type Imported = {
  /** What the first lines say: from which files. */
  readonly from: readonly string[];
  readonly comments: readonly string[];
  readonly gaps: readonly Gap[];
  readonly env: Env;
  readonly jobs: readonly ImportedJob[];
};

export type Env = ReadonlyMap<string, string>;

export type ImportedJob = {
  readonly name: string;
  /** Lines above its name: of the file it comes from, and the source's own comments. */
  readonly heading: readonly string[];
  /** Of the file that begins with this job. */
  readonly headingGaps?: readonly Gap[];
  readonly gaps: readonly Gap[];
  readonly comments: readonly string[];
  /** What a person is asked: then it is a gate, and has no steps. */
  readonly gate?: string | undefined;
  readonly branches: readonly string[];
  /** Empty: any. */
  readonly causes: readonly Cause[];
  /** Texts that the message of the push must hold, or with ! must not. */
  readonly messages: readonly string[];
  readonly matrix: ImportedMatrix | null;
  /** Cut into so many. */
  readonly chunks?: number | undefined;
  readonly needs: readonly ImportedNeed[];
  readonly ifChanged: readonly string[];
  readonly pool?: string | undefined;
  readonly priority?: number | undefined;
  readonly coalesce?: number | undefined;
  readonly concurrency?: string | undefined;
  readonly delay?: string | undefined;
  readonly env: Env;
  readonly checkout: boolean;
  readonly secrets: readonly string[];
  readonly attempts?: number | undefined;
  readonly timeout?: string | undefined;
  readonly artifacts: readonly string[];
  readonly results: readonly string[];
  readonly steps: readonly ImportedStep[];
};

export type ImportedNeed = { readonly job: string; readonly isOptional: boolean };

export type Cell = ReadonlyMap<string, string>;
export type ImportedMatrix = {
  readonly dimensions: ReadonlyMap<string, readonly string[]>;
  readonly include: readonly Cell[];
  readonly exclude: readonly Cell[];
};

export type ImportedStep = {
  readonly gaps: readonly Gap[];
  readonly comments: readonly string[];
  /** Lines of the source that a person would make a script of. */
  readonly shown?: readonly string[];
  readonly name?: string | undefined;
  /** Null: nothing is left of it but its comments. */
  readonly script: string | null;
  readonly shell?: string | undefined;
  readonly timeout?: string | undefined;
  readonly always?: boolean;
  readonly mayFail?: boolean;
};

export const plainJob = {
  heading: [],
  gaps: [],
  comments: [],
  branches: [],
  causes: [],
  messages: [],
  matrix: null,
  needs: [],
  ifChanged: [],
  env: new Map(),
  checkout: true,
  secrets: [],
  artifacts: [],
  results: [],
  steps: [],
} as const satisfies Partial<ImportedJob>;

/** Every gap of a result, in the order of files and lines. */
export function gapsOf({ from, gaps, jobs }: Imported): Gap[] {
  const all = [
    ...gaps,
    ...jobs.flatMap((job) => [...(job.headingGaps ?? []), ...job.gaps, ...job.steps.flatMap((step) => step.gaps)]),
  ];
  const rank = (file: string): number => (from.includes(file) ? from.indexOf(file) : from.length);
  const once = new Map(all.map((gap) => [`${gap.file}\0${gap.line}\0${gap.column}\0${gap.what}`, gap]));
  return [...once.values()].sort(
    (one, other) => rank(one.file) - rank(other.file) || one.line - other.line || one.column - other.column,
  );
}
