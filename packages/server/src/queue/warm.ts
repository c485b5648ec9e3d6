// Which lanes a worker has done lately: its caches are warm for them. Memory of this process only; a hint.

/** Lanes remembered of each worker, and workers remembered. */
const mostLanes = 30;
const mostWorkers = 20_000;

export class Warm {
  readonly #lanes = new Map<number, Set<number>>();

  has(workerId: number, laneId: number): boolean {
    return this.#lanes.get(workerId)?.has(laneId) ?? false;
  }

  did(workerId: number, laneId: number | null): void {
    if (laneId === null) return;
    const lanes = this.#lanes.get(workerId) ?? new Set();
    // Last in the set is newest; the worker, too, is moved to the end.
    lanes.delete(laneId);
    lanes.add(laneId);
    if (lanes.size > mostLanes) lanes.delete(first(lanes));
    this.#lanes.delete(workerId);
    this.#lanes.set(workerId, lanes);
    if (this.#lanes.size > mostWorkers) this.#lanes.delete(first(this.#lanes.keys()));
  }
}

function first(values: Iterable<number>): number {
  for (const value of values) return value;
  throw new Error('There is none');
}
