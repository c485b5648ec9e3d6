// Searches the log of a step at the server, page after page, and goes on when the log grows. Keeps so many lines that were found.
import { type Client, type LogHit, Refused } from '@signalbox/protocol/browser';

export type SearchTerms = { readonly text: string; readonly isExpression: boolean; readonly matchCase: boolean };

/** Lines kept of what was found. Nobody walks through more, and a tab is to stay small. */
export const mostHits = 10_000;
/** The first page comes soon, the others in few calls. */
const firstPage = 100;
const nextPage = 1000;
const busyMillis = 500;
/** A log that grows is searched again only after this many times what the last look took. */
const restFactor = 10;

export class LogSearch {
  readonly hits: LogHit[] = [];
  state: 'searching' | 'found' | 'enough' | 'failed' = 'searching';
  problem: string | null = null;
  searchedBytes = 0;
  #client: Client;
  #place: { run: number; step: number };
  #terms: SearchTerms;
  #stop = new AbortController();
  #listeners = new Set<() => void>();
  #version = 0;
  /** Where the last page began: a log that grew is searched again from there. */
  #cursor: string | undefined;
  #again = false;

  /** The log had so many lines when it was searched last. */
  #lines: number;

  constructor(client: Client, place: { run: number; step: number }, terms: SearchTerms, lines: number) {
    this.#client = client;
    this.#place = place;
    this.#terms = terms;
    this.#lines = lines;
  }

  readonly version = (): number => this.#version;
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  start(): void {
    void this.#search();
  }

  /** The log has so many lines now. */
  grew(lines: number): void {
    if (lines <= this.#lines) return;
    this.#lines = lines;
    if (this.state === 'searching') this.#again = true;
    else if (this.state === 'found') void this.#search();
  }

  close(): void {
    this.#stop.abort();
    this.#listeners.clear();
  }

  async #search(): Promise<void> {
    this.#changed('searching');
    try {
      do {
        this.#again = false;
        const began = performance.now();
        await this.#pages();
        this.#changed(this.hits.length >= mostHits ? 'enough' : 'searching');
        if (this.#again) await after(restFactor * (performance.now() - began));
      } while (this.#again && this.state === 'searching' && !this.#stop.signal.aborted);
      this.#changed(this.hits.length >= mostHits ? 'enough' : 'found');
    } catch (problem) {
      if (this.#stop.signal.aborted) return;
      this.problem = problem instanceof Error ? problem.message : String(problem);
      this.#changed('failed');
    }
  }

  async #pages(): Promise<void> {
    for (;;) {
      const found = await this.#page();
      this.searchedBytes += found.searchedBytes;
      const last = this.hits.at(-1)?.line ?? 0;
      for (const hit of found.hits) if (hit.line > last && this.hits.length < mostHits) this.hits.push(hit);
      this.#changed('searching');
      if (found.more === null || this.hits.length >= mostHits) return;
      this.#cursor = found.more;
    }
  }

  async #page() {
    const { text, isExpression, matchCase } = this.#terms;
    const { run, step } = this.#place;
    const limit = this.#cursor === undefined && this.hits.length === 0 ? firstPage : nextPage;
    const words = { text, regex: isExpression || undefined, ignoreCase: !matchCase || undefined };
    const query = { ...words, step, limit, cursor: this.#cursor };
    for (;;) {
      try {
        return await this.#client.call('search-log', { params: { run }, query, signal: this.#stop.signal });
      } catch (problem) {
        // Others search as well: a server does only so many at once.
        if (!(problem instanceof Refused) || problem.code !== 'too-many') throw problem;
        await after(busyMillis);
        this.#stop.signal.throwIfAborted();
      }
    }
  }

  #changed(state: LogSearch['state']): void {
    if (this.#stop.signal.aborted) return;
    this.state = state;
    this.#version++;
    for (const listener of this.#listeners) listener();
  }
}

function after(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
