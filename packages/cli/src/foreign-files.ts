// Files of other tools in a work tree, for `signalbox import`: which there are, of which tool, and what they say.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { ImportKind } from '@signalbox/plan';
import { Mistake } from './mistake.ts';

/** Its path from the top of the tree, as messages show it, and its text. */
export type ForeignFile = { readonly file: string; readonly text: string };
export type ForeignFiles = { readonly from: ImportKind; readonly files: readonly ForeignFile[] };

export const gitlabFile = '.gitlab-ci.yml';
const workflows = '.github/workflows';

/** Those where each tool looks for its own. */
export function findForeign(top: string, from: ImportKind | undefined): ForeignFiles {
  const github = from === 'gitlab' ? [] : workflowsIn(top);
  const gitlab = from === 'github' || !existsSync(join(top, gitlabFile)) ? [] : [gitlabFile];
  if (github.length > 0 && gitlab.length > 0) {
    throw new Mistake(
      'usage',
      `${top} has ${workflows} and ${gitlabFile}.`,
      'Say which is meant: --from github, or --from gitlab.',
    );
  }
  if (github.length + gitlab.length === 0) {
    const looked =
      from === 'github'
        ? `${workflows}/*.yml`
        : from === 'gitlab'
          ? gitlabFile
          : `${workflows}/*.yml and no ${gitlabFile}`;
    throw new Mistake('not-found', `There is no ${looked} in ${top}.`, 'Name the files: signalbox import FILE...');
  }
  const files = [...github, ...gitlab].map((file) => ({ file, text: readText(join(top, file)) }));
  return { from: github.length > 0 ? 'github' : 'gitlab', files };
}

/** Those that a person names. */
export function readForeign(
  top: string,
  directory: string,
  paths: readonly string[],
  from: ImportKind | undefined,
): ForeignFiles {
  const files = [...new Set(paths.map((path) => resolve(directory, path)))].map((path) => {
    if (!existsSync(path))
      throw new Mistake('not-found', `There is no ${path}.`, 'Name files of GitHub Actions or GitLab CI.');
    return { file: shownPath(top, path), text: readText(path) };
  });
  const kinds = new Set(files.map(({ file, text }) => from ?? kindOf(file, text)));
  const [kind, second] = kinds;
  if (kind === undefined || second !== undefined) {
    throw new Mistake('usage', 'These files are of different tools.', 'Import one after the other, or say --from.');
  }
  return { from: kind, files };
}

/** The text of a file of the tree, for what another one includes; null when there is none, or it lies outside. */
export function textInTree(top: string, path: string): string | null {
  const file = resolve(top, path);
  const isInside = !relative(top, file).startsWith('..') && !isAbsolute(relative(top, file));
  return isInside && existsSync(file) && statSync(file).isFile() ? readText(file) : null;
}

function workflowsIn(top: string): string[] {
  const directory = join(top, workflows);
  if (!existsSync(directory)) return [];
  const names = readdirSync(directory, { withFileTypes: true }).filter((entry) => !entry.isDirectory());
  return names
    .map((entry) => entry.name)
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .map((name) => `${workflows}/${name}`);
}

const kindOf = (file: string, text: string): ImportKind => {
  if (file.includes('.github/')) return 'github';
  return !file.includes('gitlab') && /^jobs:/m.test(text) && /^(on|"on"|'on'|true):/m.test(text) ? 'github' : 'gitlab';
};

function shownPath(top: string, path: string): string {
  const within = relative(top, path);
  return within.startsWith('..') || isAbsolute(within) ? path : within.split(sep).join('/');
}

/** Nobody wrote a larger one by hand; it is not even read. */
const mostBytes = 8_000_000;

function readText(path: string): string {
  const stat = statSync(path);
  if (!stat.isFile()) throw new Mistake('usage', `${path} is no file.`, 'Name the files one by one.');
  if (stat.size > mostBytes) {
    throw new Mistake(
      'usage',
      `${path} has ${stat.size} bytes; ${mostBytes} are the limit.`,
      'Import its parts one by one.',
    );
  }
  return readFileSync(path, 'utf8');
}
