// Which step of a run is which of another: by name, and where several have it, by their order. Pure.
import type { Step, StepLog } from '@signalbox/protocol';

export type StepsAndLogs = {
  readonly steps: readonly Pick<Step, 'index' | 'name'>[];
  readonly logs: readonly StepLog[];
};
export type PairedStep = {
  readonly stepName: string;
  /** Of either run; null: it has no such step. */
  readonly step: number | null;
  readonly thereStep: number | null;
  readonly hereBytes: number;
  readonly thereBytes: number;
};

/** In the order of `here`; what only `there` has comes last. Steps without a log in either are left out. */
export function pairSteps(here: StepsAndLogs, there: StepsAndLogs): PairedStep[] {
  const theirs = new Map(named(there).map(({ key, ...step }) => [key, step]));
  const pairs = named(here).map(({ key, name, index, bytes }): PairedStep => {
    const other = theirs.get(key);
    theirs.delete(key);
    return {
      stepName: name,
      step: index,
      thereStep: other?.index ?? null,
      hereBytes: bytes,
      thereBytes: other?.bytes ?? 0,
    };
  });
  for (const { name, index, bytes } of theirs.values()) {
    pairs.push({ stepName: name, step: null, thereStep: index, hereBytes: 0, thereBytes: bytes });
  }
  return pairs.filter(({ hereBytes, thereBytes }) => hereBytes > 0 || thereBytes > 0);
}

/** A log may be there before its run has said which steps it has. */
function named({ steps, logs }: StepsAndLogs) {
  const names = new Map(steps.map(({ index, name }) => [index, name]));
  const sizes = new Map(logs.map(({ step, sizeBytes }) => [step, sizeBytes]));
  const indexes = [...new Set([...names.keys(), ...sizes.keys()])].sort((one, other) => one - other);
  const seen = new Map<string, number>();
  return indexes.map((index) => {
    const name = names.get(index) ?? `step ${index}`;
    const turn = (seen.get(name) ?? 0) + 1;
    seen.set(name, turn);
    return { key: `${turn} ${name}`, name, index, bytes: sizes.get(index) ?? 0 };
  });
}
