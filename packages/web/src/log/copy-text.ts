// Lines of a log for the clipboard: without colours and with clean line ends; as Markdown with a link to where they stand. Pure.
import { overwritten } from './lines.ts';
import { plainOf } from './spans.ts';

/** What the server sent of some lines, as a person would write it down. */
export function cleanText(raw: string): string {
  const lines = raw.split('\n').map((line) => plainOf(overwritten(line)));
  if (lines.at(-1) === '') lines.pop();
  return lines.join('\n');
}

/** The fence is longer than any that the text holds, and nothing in the title ends the link. */
export function asMarkdown(text: string, title: string, address: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  const name = title.replace(/[[\]\\`*_<>]/g, '\\$&');
  const target = address.replace(/[()<>\s]/g, (character) => `%${character.charCodeAt(0).toString(16)}`);
  return `[${name}](${target})\n\n${fence}text\n${text}\n${fence}\n`;
}
