// Configuration, push and cause become a plan, or every mistake at once. Pure: the same input gives the same answer everywhere.
import type { Cause, LeftOut } from '@signalbox/protocol';
import { type Configuration, type ReadInput, readConfiguration } from './configuration.ts';
import type { Plan, PushFacts, Stage } from './draft.ts';
import { order } from './order.ts';
import { select } from './select.ts';
import { type Mistake, told } from './tell.ts';

export type CompileInput = ReadInput & { readonly push: PushFacts; readonly cause: Cause };

export type Compiled =
  | { readonly kind: 'plan'; readonly plan: Plan }
  | { readonly kind: 'mistakes'; readonly mistakes: Mistake[] }
  /** Texts of these files of the tree are wanted in `data`; null for what is not there. */
  | { readonly kind: 'wanted'; readonly paths: readonly string[] };

export function compile(input: CompileInput): Compiled {
  const read = readConfiguration(input);
  return read.kind === 'configuration'
    ? { kind: 'plan', plan: planPush(read.configuration, input.push, input.cause) }
    : read;
}

/** What a push and a cause start of a configuration that has no mistakes. */
export function planPush({ draft }: Configuration, push: PushFacts, cause: Cause): Plan {
  const stages = [select, order] as const satisfies readonly Stage[];
  const { jobs, reasons, warnings, source } = stages.reduce((before, stage) => stage(before), {
    ...draft,
    push,
    cause,
  });
  return {
    jobs: [...jobs],
    leftOut: reasons.filter((reason): reason is LeftOut => reason !== null),
    warnings: told(source, warnings),
  };
}
