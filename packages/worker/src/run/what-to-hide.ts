// What must not be seen in the log of a run: its secrets, and the password in the address of its repository.
import { shortestSecret, type WorkOrder } from '@signalbox/protocol/browser';

export function whatToHide({ secrets, repo }: WorkOrder): string[] {
  return [...Object.values(secrets), ...passwordsOf(repo.url)];
}

/** For the log itself: a value that is too short to be told from ordinary text. Servers take none; an old one may have. */
export function warningsOf({ secrets }: Pick<WorkOrder, 'secrets'>): string[] {
  const short = Object.entries(secrets).filter(([, value]) => value.trim().length < shortestSecret);
  return short.map(
    ([name]) =>
      `[signalbox: warning: the secret ${name} has fewer than ${shortestSecret} characters and is not safely hidden: its encodings are not struck out of this log, nor is the value itself below 4 characters. Set a longer one]\n`,
  );
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
