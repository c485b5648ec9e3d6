// What a change costs: minutes of workers if every lane ran once, by how long lanes usually take.
import type { ConfigCost } from '@signalbox/protocol';
import type { Configuration } from '../configuration.ts';
import type { Cell } from '../draft.ts';

/** `usual` is in seconds, by lane. A lane that never ran counts as the others of its job do; else nobody knows. */
export function costOf(
  before: Configuration | null,
  after: Configuration | null,
  usual: ReadonlyMap<string, number>,
): ConfigCost {
  const [old, now] = [before?.draft.cells ?? [], after?.draft.cells ?? []];
  const ofJob = new Map<string, number[]>();
  for (const { name, template } of [...old, ...now]) {
    const seconds = usual.get(name);
    if (seconds === undefined) continue;
    const known = ofJob.get(template.name);
    if (known) known.push(seconds);
    else ofJob.set(template.name, [seconds]);
  }
  const medians = new Map([...ofJob].map(([job, all]) => [job, median(all)]));
  const sum = (cells: readonly Cell[]) => {
    let [seconds, estimated, unknown] = [0, 0, 0];
    for (const { name, template, order } of cells) {
      if (order.gate !== null) continue;
      const known = usual.get(name);
      const guess = known ?? medians.get(template.name);
      if (known === undefined && guess !== undefined) estimated += 1;
      if (guess === undefined) unknown += 1;
      seconds += guess ?? 0;
    }
    return { minutes: Math.round(seconds / 6) / 10, estimated, unknown };
  };
  const [one, other] = [sum(old), sum(now)];
  return {
    beforeMinutes: one.minutes,
    afterMinutes: other.minutes,
    estimated: other.estimated,
    unknown: other.unknown,
  };
}

function median(values: number[]): number {
  const sorted = values.sort((one, other) => one - other);
  return sorted[sorted.length >> 1] ?? 0;
}
