// The supervisors that this worker has to do with: its own, which runs what is new, started again should it die, and those
// of earlier worker processes for as long as runs that were taken up from them go on.
import { setTimeout as after } from 'node:timers/promises';
import type { SupervisorLink } from './supervisor-link.ts';

/** One that dies at its start is not started again at once. */
const restMillis = 500;
const endMillis = 2_000;

export class Supervision {
  readonly #start: () => SupervisorLink;
  readonly #earlier = new Set<SupervisorLink>();
  #own: SupervisorLink;
  #startedAt = performance.now();
  #isClosed = false;

  constructor(start: () => SupervisorLink) {
    this.#start = start;
    this.#own = start();
  }

  /** For a new run. Perhaps it has died just now: then the run hears of it. */
  get own(): SupervisorLink {
    return this.#own;
  }

  /** Resolves when there is one that lives. */
  async ready(): Promise<void> {
    while (this.#own.isGone && !this.#isClosed) {
      const age = performance.now() - this.#startedAt;
      if (age < restMillis) await after(restMillis - age);
      if (!this.#own.isGone || this.#isClosed) return;
      this.#startedAt = performance.now();
      this.#own = this.#start();
    }
  }

  keep(link: SupervisorLink): void {
    this.#earlier.add(link);
    void link.gone.then(() => this.#earlier.delete(link));
  }

  /** Lets go of earlier ones that hold nothing any more: they end. */
  tidy(): void {
    for (const link of this.#earlier) if (link.isIdle) link.close();
  }

  /** What still goes on there is left to the next worker; one that holds nothing ends, and is waited for. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const own = this.#own;
    const isIdle = own.isIdle;
    const links = [own, ...this.#earlier];
    for (const link of links) link.close();
    await Promise.all(links.map(({ gone }) => gone));
    const over = new AbortController();
    const late = after(endMillis, undefined, { signal: over.signal }).catch(() => undefined);
    if (isIdle) await Promise.race([own.ended, late]);
    over.abort();
  }
}
