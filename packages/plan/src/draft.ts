// What goes from stage to stage: a plan in the making, and everything found wrong on the way.
import type { Cause, JobAttributes, JobOrder, JobSpec, LeftOut, Mistake } from '@signalbox/protocol';
import type { DataFiles } from './data-files.ts';
import type { Clock } from './profile.ts';
import type { Place, Source } from './source.ts';
import type { Entry, Table } from './tree.ts';

export type PushFacts = {
  readonly branch: string;
  /** The newest commit's whole message, or the messages of all commits one after another. */
  readonly message: string;
  /** Changed paths; null when too many to know, which counts as everything. */
  readonly files: readonly string[] | null;
};

/** Where a job is written; for one that functions made, also the calls that led there, the nearest first. */
export type Origin = Place & { readonly calls?: readonly Place[] };

export type PlannedJob = {
  readonly name: string;
  /** Empty for a gate. */
  readonly pool: string;
  readonly attributes: JobAttributes;
  readonly spec: JobSpec;
  readonly order: JobOrder;
  /** Names of jobs of this plan that must have passed. */
  readonly needs: string[];
  /** Runs at most while it ends errored. */
  readonly attempts: number;
  readonly origin: Origin;
  /** Why it runs: what starts it, and each condition that holds, a sentence each. */
  readonly because: readonly string[];
};

export type Plan = {
  readonly jobs: PlannedJob[];
  readonly leftOut: LeftOut[];
  readonly warnings: Mistake[];
};

/** Something wrong at an offset of the text. Two of the same rule at the same place are one mistake. */
export type Finding = {
  readonly offset: number;
  readonly rule: string;
  readonly message: string;
  /** Looking for the nearest word costs: it is done only for what is reported. */
  readonly hint: string | null | (() => string | null);
};

/** A key under `jobs:`. */
export type Template = {
  readonly name: string;
  readonly entry: Entry;
  readonly table: Table;
};

export type Patterns = { readonly patterns: readonly string[]; readonly offset: number };
/** Artifacts that a need brings, and the directory that they lie in; empty for the top of the checkout. */
export type Brought = { readonly artifacts: readonly string[]; readonly into: string };
export type Need = {
  readonly text: string;
  readonly offset: number;
  readonly isOptional: boolean;
  readonly brought: Brought | null;
};
/** What of the push or of the job must match one of the patterns. */
export type Condition = Patterns & {
  readonly of: 'branch' | 'cause' | 'message' | 'platform' | 'variant' | 'suite' | 'group';
};

/** A job that could be: one cell of a template's matrix, or the template itself. */
export type Cell = {
  readonly name: string;
  readonly offset: number;
  readonly template: Template;
  readonly pool: string;
  readonly attributes: JobAttributes;
  readonly spec: JobSpec;
  readonly order: JobOrder;
  readonly attempts: number;
  readonly conditions: readonly Condition[];
  readonly ifChanged: Patterns | null;
  readonly needs: readonly Need[];
  /** The job beside whose files its own lie. */
  readonly beside: { readonly text: string; readonly offset: number } | null;
};

/** A need that was found: the cell, by its place in `cells`, and where the need is written. */
export type Edge = {
  readonly to: number;
  readonly offset: number;
  readonly isOptional: boolean;
  readonly brings: readonly Brought[];
};

export type Draft = {
  readonly source: Source;
  /** How many of the source's files are the configuration; the rest hold data. */
  readonly configFiles: number;
  readonly data: DataFiles;
  /** Files of the tree whose text somebody must bring first. */
  readonly wanted: ReadonlySet<string>;
  /** Given only when somebody wants to know where the time goes. */
  readonly clock?: Clock | undefined;
  readonly push: PushFacts;
  readonly cause: Cause;
  readonly mistakes: readonly Finding[];
  readonly warnings: readonly Finding[];
  /** From `parse`; null when the text is no table of values. */
  readonly tree: Table | null;
  /** From `check`: all keys under `jobs:` that are mappings, with their templates applied. */
  readonly templates: readonly Template[];
  /** From `expand`, in the order of the file. */
  readonly cells: readonly Cell[];
  /** Keys under `jobs:` whose cells cannot be known, because the job or its matrix is wrong. */
  readonly unknownTemplates: ReadonlySet<string>;
  /** From `link`: the needs of each cell. */
  readonly edges: readonly (readonly Edge[])[];
  /** From `link`: the cell beside whose files those of each cell lie. */
  readonly besides: readonly (number | null)[];
  /** From `link`: cells in an order in which every need comes first. */
  readonly sequence: readonly number[];
  /** From `select`: why a cell is left out; null for those that run. */
  readonly reasons: readonly (LeftOut | null)[];
  /** From `order`: what comes out. */
  readonly jobs: readonly PlannedJob[];
};

export type Stage = (draft: Draft) => Draft;
