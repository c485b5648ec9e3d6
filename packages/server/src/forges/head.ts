// What is shown of a commit: its author, title, message and time, each within what the database and a page can take.
import type { Commit } from '@signalbox/protocol';

export type Head = Commit & { readonly message: string };

const messageLimit = 32_768;
const titleLimit = 500;
const authorLimit = 200;

export function headOf(commit: {
  readonly revision: string;
  readonly name: string;
  readonly mail: string;
  readonly seconds: number;
  readonly message: string;
}): Head {
  const message = cut(commit.message.trim(), messageLimit);
  const title = cut(message.split('\n', 1)[0]?.trim() ?? '', titleLimit) || '(no message)';
  const author = cut(commit.name || commit.mail, authorLimit) || 'unknown';
  return { revision: commit.revision, author, title, message, committedAt: instantOf(commit.seconds) };
}

/** Never through the middle of a character: the database takes no half ones. */
const cut = (text: string, limit: number) => text.slice(0, limit).replace(/[\ud800-\udbff]$/, '');

/** A commit may claim any time; one that no calendar holds counts as the beginning of time. */
function instantOf(seconds: number): string {
  const latest = 253_402_300_799;
  return new Date((seconds >= 0 && seconds <= latest ? seconds : 0) * 1000).toISOString();
}
