// The page's one stream of hints. It says that something changed, never what: whoever hears it looks again.
import { pathOf } from '@signalbox/protocol/browser';

/** `resting`: the page is not seen, so it gives its connection to those that are and looks every half minute. */
export type LiveState = 'connecting' | 'live' | 'away' | 'resting';

const slowLook = 30_000;
const longestRetry = 15_000;
const restAfter = 10_000;
/** The server takes so many on one connection. */
const mostTopics = 50;

export class LiveConnection {
  state: LiveState = 'connecting';
  #listeners = new Map<string, Set<() => void>>();
  #watchers = new Set<() => void>();
  #source: EventSource | null = null;
  #opened = '';
  #reopen: ReturnType<typeof setTimeout> | undefined;
  #rest: ReturnType<typeof setTimeout> | undefined;
  #retry = 500;

  start(): void {
    setInterval(() => {
      if (this.state !== 'live') this.#hintAll();
    }, slowLook);
    document.addEventListener('visibilitychange', () => {
      clearTimeout(this.#rest);
      if (document.hidden) this.#rest = setTimeout(() => this.#close('resting'), restAfter);
      else if (!this.#source) this.#open();
    });
  }

  /** Calls back when a hint of this topic comes, and whenever hints may have been missed. */
  listen(topic: string, listener: () => void): () => void {
    const all = this.#listeners.get(topic) ?? new Set();
    all.add(listener);
    this.#listeners.set(topic, all);
    this.#plan(20);
    return () => {
      all.delete(listener);
      if (all.size === 0) this.#listeners.delete(topic);
      this.#plan(500);
    };
  }

  readonly watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  #plan(wait: number): void {
    clearTimeout(this.#reopen);
    this.#reopen = setTimeout(() => {
      if (this.state !== 'resting' && this.#topics() !== this.#opened) this.#open();
    }, wait);
  }

  /** What the page is about before the many pipelines that it shows, and of those the newest. */
  #topics(): string {
    const topics = [...this.#listeners.keys()].sort((a, b) => rank(a) - rank(b) || idOf(b) - idOf(a));
    return topics.slice(0, mostTopics).join(',');
  }

  #open(): void {
    this.#source?.close();
    this.#source = null;
    const topics = this.#topics();
    this.#opened = topics;
    if (topics === '') return;
    if (this.state !== 'live') this.#say(this.state === 'away' ? 'away' : 'connecting');
    const source = new EventSource(pathOf('live', {}, { topics }));
    this.#source = source;
    source.onopen = () => {
      this.#retry = 500;
      this.#say('live');
      // What changed between the last look and now was not told to us.
      this.#hintAll();
    };
    source.onmessage = (event: MessageEvent<string>) => this.#hint(event.data.trim());
    source.onerror = () => {
      this.#say('away');
      if (source.readyState !== EventSource.CLOSED || this.#source !== source) return;
      this.#source = null;
      clearTimeout(this.#reopen);
      this.#reopen = setTimeout(() => this.#open(), this.#retry);
      this.#retry = Math.min(longestRetry, this.#retry * 2);
    };
  }

  #close(state: LiveState): void {
    this.#source?.close();
    this.#source = null;
    this.#opened = '';
    this.#say(state);
  }

  #hint(topic: string): void {
    for (const listener of this.#listeners.get(topic) ?? []) listener();
  }

  #hintAll(): void {
    for (const topic of [...this.#listeners.keys()]) this.#hint(topic);
  }

  #say(state: LiveState): void {
    if (this.state === state) return;
    this.state = state;
    for (const watcher of this.#watchers) watcher();
  }
}

export const live = new LiveConnection();

function rank(topic: string): number {
  return topic.startsWith('pipeline:') ? 1 : 0;
}

function idOf(topic: string): number {
  return Number(topic.split(':')[1] ?? 0);
}
