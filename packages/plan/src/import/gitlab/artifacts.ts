// `artifacts:` of a job: paths, and reports that are read as test results.
import { quote } from '../../printable.ts';
import { type Table, tableAt, textAt, type Value, valueAt } from '../../tree.ts';
import { directoryPatterns } from '../artifact-paths.ts';
import { type Gap, gapAt, shown } from '../gap.ts';
import { isGlob } from '../globs.ts';
import type { Sources } from '../sources.ts';
import { flatItems, type Jobs, tableOf } from './merge.ts';

export type Artifacts = {
  readonly artifacts: readonly string[];
  readonly results: readonly string[];
  readonly gaps: readonly Gap[];
};

/** `fixed`: variables whose text is known. */
export function readArtifacts(job: Table, fixed: ReadonlyMap<string, string>, jobs: Jobs, sources: Sources): Artifacts {
  const table = tableOf(valueAt(job, 'artifacts'), jobs);
  const gaps: Gap[] = [];
  if (!table) return { artifacts: [], results: [], gaps };
  const paths = (key: string, sign: string): string[] =>
    textsIn(valueAt(table, key), jobs).flatMap((item) => {
      const path = item.text
        .replace(/^\$\{?CI_PROJECT_DIR\}?\//, '')
        .replace(
          /\$(?:\{(\w+)\}|(\w+))/g,
          (whole, braced?: string, bare?: string) => fixed.get(braced ?? bare ?? '') ?? whole,
        );
      const patterns = path.includes('$') ? null : directoryPatterns(path);
      if (patterns) return patterns.map((pattern) => `${sign}${pattern}`);
      const instead = 'Artifacts are files of the checkout, named without variables and `..`.';
      gaps.push(gapAt(sources, item, `the path ${quote(item.text)} of an artifact`, instead));
      return [];
    });
  const wanted = paths('paths', '');
  const unwanted = wanted.length > 0 ? paths('exclude', '!') : [];
  const reports = tableAt(table, 'reports');
  const results = textsIn(reports && valueAt(reports, 'junit'), jobs).flatMap((item) => {
    const pattern = item.text.replace(/^(?:\.\/)+/, '');
    if (isGlob(pattern) && !pattern.startsWith('!') && !pattern.includes('$')) return [pattern];
    gaps.push(
      gapAt(sources, item, `the report ${quote(item.text)}`, 'Files of results are patterns without variables.'),
    );
    return [];
  });
  for (const entry of reports?.entries.values() ?? []) {
    if (entry.key !== 'junit')
      gaps.push(
        gapAt(sources, entry, `a report ${quote(entry.key)}`, 'Name it in `artifacts`: it is kept, and not read.'),
      );
  }
  for (const key of ['expire_in', 'untracked', 'expose_as'] as const) {
    const entry = table.entries.get(key);
    if (entry) gaps.push(gapAt(sources, entry, shown(entry), insteads[key]));
  }
  const when = textAt(table, 'when');
  const at = table.entries.get('when');
  if (when === 'on_failure' && at)
    gaps.push(gapAt(sources, at, shown(at), 'Artifacts are kept whatever becomes of the job.'));
  return {
    artifacts: [...new Set([...wanted, ...unwanted])].slice(0, 500),
    results: [...new Set(results)].slice(0, 500),
    gaps,
  };
}

const insteads = {
  expire_in: 'The archive has rules for how long it keeps files: `signalbox retention`.',
  untracked: 'Name the files in `artifacts`.',
  expose_as: 'The page of the job lists all artifacts.',
} as const;

const textsIn = (value: Value | undefined, jobs: Jobs): (Value & { kind: 'scalar' })[] =>
  flatItems(value, jobs).flatMap((item) => (item.kind === 'scalar' && item.text.trim() !== '' ? [item] : []));
