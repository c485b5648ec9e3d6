// The files of the tree as git sees them: what is tracked, and what is new and not ignored.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repositoryRoot } from '../kit/programs.ts';

export type SourceFile = { readonly path: string; readonly text: string };

export async function files(...patterns: RegExp[]): Promise<SourceFile[]> {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const { stdout } = await promisify(execFile)('git', args, { cwd: repositoryRoot, maxBuffer: 64 * 2 ** 20 });
  const paths = [...new Set(stdout.split('\0'))].filter(
    (path) => path !== '' && patterns.every((pattern) => pattern.test(path)) && existsSync(join(repositoryRoot, path)),
  );
  return Promise.all(paths.map(async (path) => ({ path, text: await readFile(join(repositoryRoot, path), 'utf8') })));
}

/** The rows of the table under a heading of a page, without its head. */
export function tableUnder(heading: string, page: string): string[][] {
  const section = page.split(/^## /m).find((part) => part.startsWith(`${heading}\n`));
  const rows = (section ?? '').split('\n').filter((line) => line.startsWith('|'));
  const cells = rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  return cells.filter((row) => !/^-*$/.test(row[0] ?? '')).slice(1);
}
