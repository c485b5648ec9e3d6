// What must not be seen in the log of a run: its secrets, and the password in the address of its repository.
import type { WorkOrder } from '@signalbox/protocol/browser';

export function whatToHide({ secrets, repo }: WorkOrder): string[] {
  return [...Object.values(secrets), ...passwordsOf(repo.url)];
}

function passwordsOf(url: string): string[] {
  if (!URL.canParse(url)) return [];
  const { password, username } = new URL(url);
  // A token stands in the place of the name, as in https://TOKEN@host/.
  const name = password === '' && /^https?:/.test(url) ? username : '';
  return [password, name].filter((value) => value !== '').flatMap((value) => [value, decoded(value)]);
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value; // A percent sign that stands for itself.
  }
}
