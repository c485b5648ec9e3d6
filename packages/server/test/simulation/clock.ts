// A clock that knows what comes next and jumps there: a heap of what is to happen, by its time, then in the order in which it was set.

type Entry<Event> = { readonly at: number; readonly place: number; readonly event: Event };

export class Clock<Event> {
  readonly #heap: Entry<Event>[] = [];
  #places = 0;

  get nextAt(): number | undefined {
    return this.#heap[0]?.at;
  }

  set(at: number, event: Event): void {
    const heap = this.#heap;
    const entry = { at, place: ++this.#places, event };
    let index = heap.length;
    heap.push(entry);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(entry, heap[parent]!)) break;
      heap[index] = heap[parent]!;
      index = parent;
    }
    heap[index] = entry;
  }

  take(): Event {
    const heap = this.#heap;
    const { event } = heap[0]!;
    const last = heap.pop()!;
    if (heap.length > 0) this.#sink(last);
    return event;
  }

  #sink(entry: Entry<Event>): void {
    const heap = this.#heap;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
      if (!isBefore(heap[child]!, entry)) break;
      heap[index] = heap[child]!;
      index = child;
    }
    heap[index] = entry;
  }
}

const isBefore = (a: { at: number; place: number }, b: { at: number; place: number }) =>
  a.at < b.at || (a.at === b.at && a.place < b.place);
