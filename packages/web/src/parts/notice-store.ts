// The one line that says what an action did, kept outside of React so that actions can write it.

export type Notice = { readonly text: string; readonly kind: 'done' | 'problem'; readonly id: number };

const shownFor = { done: 6_000, problem: 15_000 };
let current: Notice | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;
const watchers = new Set<() => void>();

export function notify(text: string, kind: Notice['kind'] = 'done'): void {
  set({ text, kind, id: (current?.id ?? 0) + 1 });
  clearTimeout(timer);
  timer = setTimeout(() => set(null), shownFor[kind]);
}

export function dismissNotice(): void {
  set(null);
}

export const currentNotice = (): Notice | null => current;

export function watchNotice(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

function set(notice: Notice | null): void {
  current = notice;
  for (const watcher of watchers) watcher();
}
