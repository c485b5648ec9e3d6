// Variables of GitLab: what a job finds under the same or another name here, what a line of shell makes, and what is a gap.
import { quote } from '../../printable.ts';
import { type Entry, type Table, textAt, type Value } from '../../tree.ts';
import { type Gap, gapAt } from '../gap.ts';
import { exportLine, withinQuotes } from '../shell-script.ts';
import type { Sources } from '../sources.ts';
import { type Jobs, tableOf } from './merge.ts';

const renamed = new Map([
  ['CI_COMMIT_REF_NAME', 'CI_COMMIT_BRANCH'],
  ['CI_COMMIT_BEFORE_SHA', 'CI_PREV_COMMIT_SHA'],
  ['CI_PROJECT_DIR', 'CI_WORKSPACE'],
  ['CI_BUILDS_DIR', 'TMPDIR'],
  ['CI_PROJECT_NAME', 'CI_REPO_NAME'],
  ['CI_REPOSITORY_URL', 'CI_REPO_CLONE_URL'],
  ['CI_PIPELINE_ID', 'CI_PIPELINE_NUMBER'],
  ['CI_PIPELINE_IID', 'CI_PIPELINE_NUMBER'],
  ['CI_PIPELINE_SOURCE', 'CI_PIPELINE_EVENT'],
  ['CI_NODE_INDEX', 'MATRIX_CHUNK'],
  ['CI_NODE_TOTAL', 'MATRIX_CHUNKS'],
  ['GITLAB_USER_NAME', 'CI_COMMIT_AUTHOR'],
]);

/** What git or a fixed text can tell: a line before the script sets it. */
const made = (name: string, defaultBranch: string): string | undefined =>
  ({
    CI_COMMIT_SHORT_SHA: 'export CI_COMMIT_SHORT_SHA="$(git rev-parse --short=8 HEAD)"',
    CI_COMMIT_REF_SLUG: `export CI_COMMIT_REF_SLUG="$(printf %s "$CI_COMMIT_BRANCH" | tr A-Z a-z | tr -c a-z0-9 - | cut -c1-63)"`,
    CI_COMMIT_TITLE: 'export CI_COMMIT_TITLE="$(git log -1 --format=%s)"',
    CI_COMMIT_TIMESTAMP: 'export CI_COMMIT_TIMESTAMP="$(git log -1 --format=%cI)"',
    CI_DEFAULT_BRANCH: `export CI_DEFAULT_BRANCH=${/^[A-Za-z0-9._/-]+$/.test(defaultBranch) ? defaultBranch : 'main'}`,
  })[name];

/** Those of docs/job-environment.md: the same here. */
const same = new Set(
  [
    'COMMIT_SHA',
    'COMMIT_BRANCH',
    'COMMIT_MESSAGE',
    'COMMIT_AUTHOR',
    'JOB_NAME',
    'JOB_ID',
    'JOB_URL',
    'PIPELINE_URL',
    'PIPELINE_NUMBER',
  ]
    .concat([
      'WORKSPACE',
      'REPO',
      'REPO_NAME',
      'REPO_CLONE_URL',
      'COMMIT_REF',
      'PREV_COMMIT_SHA',
      'PIPELINE_EVENT',
      'BUILD_ID',
    ])
    .concat(['JOB_ATTEMPT', 'STEP_NAME', 'STEP_NUMBER', 'SYSTEM_NAME'])
    .map((name) => `CI_${name}`),
);

export type Used = {
  readonly script: string;
  /** Lines that must stand before it. */
  readonly before: readonly string[];
  readonly secrets: readonly string[];
  /** What nothing sets here: names, with what to do. */
  readonly missing: ReadonlyMap<string, string>;
};

/** Variables of a script by their names here. `known`: those that the file sets. */
export function useVariables(script: string, known: ReadonlySet<string>, defaultBranch: string): Used {
  const before = new Set<string>();
  const secrets = new Set<string>();
  const missing = new Map<string, string>();
  const translated = script.replace(
    /(?<![\\$])\$(\{?)([A-Z][A-Z0-9_]{2,100})\b/g,
    (whole, brace: string, name: string) => {
      if (known.has(name) || same.has(name)) return whole;
      const other = renamed.get(name);
      if (other) return `$${brace}${other}`;
      const line = made(name, defaultBranch);
      if (line) before.add(line);
      else if (/^(CI|GITLAB)_/.test(name)) missing.set(name, adviceFor(name));
      // A default of its own shows that it may be missing.
      else if (isSecret.test(name) && !new RegExp(`\\b${name}=|\\$\\{${name}:?[-+?=]`).test(script)) secrets.add(name);
      return whole;
    },
  );
  return { script: translated, before: [...before], secrets: [...secrets], missing };
}

const isSecret =
  /(^|_)(TOKEN|PASSWORD|PASSWD|PASSPHRASE|SECRET|CREDENTIALS?|PRIVATE_KEY|API_KEY|ACCESS_KEY|SSH_KEY|SIGNING_KEY)(_|$)/;

function adviceFor(name: string): string {
  if (name === 'CI_COMMIT_TAG') return 'Tags start nothing yet: it is never set.';
  if (name.startsWith('CI_MERGE_REQUEST')) return 'Nothing is known of merge requests: it is never set.';
  if (/TOKEN|PASSWORD/.test(name)) return 'Set a secret of a name of your own, and name it in `secrets`.';
  return 'Nothing sets it here; `env` can.';
}

export type Variables = {
  /** What can stand in `env`. */
  readonly fixed: ReadonlyMap<string, string>;
  /** What names other variables: lines for the scripts. */
  readonly lines: readonly string[];
  readonly names: ReadonlySet<string>;
  readonly gaps: readonly Gap[];
};

/** `isExpanded`: a value names others, as `$NAME`; those that are fixed are written out. */
export function readVariables(
  value: Value | undefined,
  jobs: Jobs,
  sources: Sources,
  above: ReadonlyMap<string, string>,
): Variables {
  const gaps: Gap[] = [];
  const fixed = new Map<string, string>();
  const lines: string[] = [];
  const names = new Set<string>();
  for (const entry of [...(tableOf(value, jobs)?.entries.values() ?? [])].slice(0, 200)) {
    const text = variableText(entry, jobs);
    if (text === null || !/^[A-Za-z_][A-Za-z0-9_]{0,199}$/.test(entry.key)) {
      gaps.push(
        gapAt(sources, entry, `the variable ${quote(entry.key)}`, 'A variable has a name of letters, and one text.'),
      );
      continue;
    }
    names.add(entry.key);
    const written = text.replace(/(?<!\$)\$(?:\{(\w+)\}|(\w+))/g, (whole, braced?: string, bare?: string) => {
      const name = braced ?? bare ?? '';
      return name === entry.key ? whole : (fixed.get(name) ?? above.get(name) ?? whole);
    });
    if (/(?<!\$)\$[A-Za-z_{]/.test(written)) lines.push(runTimeLine(entry.key, written));
    else fixed.set(entry.key, withoutHoles(written.replaceAll('$$', '$')));
  }
  return { fixed, lines, names, gaps };
}

const withoutHoles = (text: string): string => text.replaceAll('${{', '$ {{');

function variableText({ value }: Entry, jobs: Jobs): string | null {
  const resolved = jobs.resolve(value);
  if (resolved?.kind === 'table') return textAt(resolved as Table, 'value') ?? '';
  return resolved?.kind === 'scalar' ? resolved.text : null;
}

/** Between double quotes a shell fills in what it names; all else stays as it is. */
function runTimeLine(name: string, value: string): string {
  const parts = value.split(/((?<!\$)\$\{\w+\}|(?<!\$)\$[A-Za-z_]\w*)/);
  const text = parts
    .map((part, index) => (index % 2 === 1 ? part : withinQuotes('sh', withoutHoles(part).replaceAll('$$', '$'))))
    .join('');
  return exportLine('sh', name, text.replaceAll('\n', ' '));
}
