// The repository that was looked at last in this browser: where `/` leads.

const key = 'signalbox.repo';

export function lastRepo(): string | null {
  return localStorage.getItem(key);
}

export function rememberRepo(name: string): void {
  localStorage.setItem(key, name);
}
