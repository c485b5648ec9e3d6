// What a worker and a supervisor of steps say to each other. The supervisor knows no word of CI: a run is for it a log, a
// directory, commands with numbers, and two values that it keeps for the next worker without looking into them.
import type { ErrorPatternSpec } from '@signalbox/protocol/browser';
import type { LogQuery } from '../log/log-source.ts';
import type { SealedChunk } from '../log/step-log.ts';
import type { Owner } from '../owner.ts';
import type { Command, Ending } from '../process/run-command.ts';
import type { Settings } from '../settings.ts';

/**
 * Raised when a word here, or what is kept for the next worker (run/note.ts), changes its meaning. A worker takes up the runs of
 * supervisors with the numbers that it understands; those of others are given up.
 */
export const protocol = 1;
export const understood: readonly number[] = [1];

/** A command as plain data. */
export type StepCommand = Omit<Command, 'pipes' | 'onOutput' | 'signal' | 'mark' | 'runDirectory'>;

export type StepEnding = Ending & {
  /** By the clock of this machine, for people. */
  readonly endedAt: string;
  /** Of the disk, when the command ended and had failed. */
  readonly freeBytes: number | null;
};

/** It could not be started: the system's code, if it gave one. */
export type StartFailure = { readonly code: string | null; readonly text: string };

export type StepOutcome = ({ readonly ending: StepEnding } | { readonly failure: StartFailure }) & {
  /** Length of its log, which has ended with it. */
  readonly logBytes: number;
};

/** Something from outside that has ended the commands of a run; the worker knows what its parts mean. */
export type Interruption = { readonly kind: string; readonly reason: { readonly code: string; readonly text: string } };

export type RunToHold = {
  readonly claimId: string;
  readonly runId: number;
  readonly server: string;
  /** The worker may have been started anew, but not under another name: the server knows it by that. */
  readonly worker: string;
  readonly directory: string;
  readonly mark: string;
  /** What its log must not show. */
  readonly secrets: readonly string[];
  /** What its log is looked through for, beside what is built in. Not there: said by an earlier version. */
  readonly errorPatterns?: readonly ErrorPatternSpec[];
  /** The work order. It holds secrets, so it is kept in memory only. */
  readonly order: unknown;
};

export type ListedRun = Pick<RunToHold, 'claimId' | 'runId' | 'server' | 'worker'> & {
  /** The worker process that has it. */
  readonly holder: Owner | null;
};

export type TakenRun = {
  readonly order: unknown;
  readonly note: unknown;
  readonly directory: string;
  readonly mark: string;
  /** Since it was opened, by a clock that nobody sets. */
  readonly ageSeconds: number;
  /** How often it has been taken up, with this time. */
  readonly takes: number;
  readonly interruption: Interruption | null;
  /** Commands that have begun, by their number; null: it goes on. */
  readonly steps: readonly (readonly [number: number, outcome: StepOutcome | null])[];
};

type OfRun<Kind extends string, More = unknown> = { readonly kind: Kind; readonly claimId: string } & More;
type Call<Kind extends string, More = unknown> = { readonly kind: Kind; readonly call: number } & More;

/** Worker to supervisor. Those with a `call` are answered. */
export type Ask =
  | { readonly kind: 'hello'; readonly owner: Owner; readonly settings: Settings; readonly secrets: readonly string[] }
  | Call<'list'>
  | Call<'take', { readonly claimId: string }>
  | { readonly kind: 'open'; readonly run: RunToHold }
  | OfRun<'begin', { readonly number: number; readonly command: StepCommand; readonly preface: string; note: unknown }>
  | OfRun<'write', { readonly number: number }>
  | OfRun<'end-step-log', { readonly number: number }>
  | OfRun<'watch', { readonly isWatched: boolean }>
  | OfRun<'interrupt', { readonly interruption: Interruption }>
  | OfRun<'drop-log'>
  | OfRun<'forget'>
  | (Call<'next', LogQuery> & { readonly claimId: string })
  | (Call<'flush'> & { readonly claimId: string })
  | (Call<'end-log', { readonly count: number; readonly note: unknown }> & { readonly claimId: string })
  | (Call<'leave'> & { readonly claimId: string });

/** Supervisor to worker. */
export type Tell =
  | { readonly kind: 'answer'; readonly call: number; readonly value: unknown }
  | { readonly kind: 'refusal'; readonly call: number; readonly text: string }
  | OfRun<'ended', { readonly number: number; readonly outcome: StepOutcome }>
  | OfRun<'interrupted', { readonly interruption: Interruption }>
  | OfRun<'trouble', { readonly text: string }>;

/** Chunks travel as descriptions, their members behind one another. */
export type Described = Omit<SealedChunk, 'member'>;
