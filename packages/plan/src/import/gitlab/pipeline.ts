// `.gitlab-ci.yml`, with the files that it includes, as jobs here.
import { nearestHint } from '../../nearest.ts';
import { quote } from '../../printable.ts';
import type { Place } from '../../source.ts';
import { type Entry, type Table, tableAt, textAt, valueAt } from '../../tree.ts';
import type { Part } from '../assemble.ts';
import { circleIn } from '../circle.ts';
import { type Gap, gapAt, shown } from '../gap.ts';
import type { ImportedJob, ImportedNeed } from '../model.ts';
import { createNames } from '../names.ts';
import { yes } from '../outcome.ts';
import type { Sources } from '../sources.ts';
import { type Included, type Tree, withIncludes } from './includes.ts';
import { gateBefore, insteadOf, type ReadJob, readJob } from './job.ts';
import { createJobs, flatItems, type Jobs, sharedGaps, withDefaults } from './merge.ts';
import { readStart } from './rules.ts';
import { needsOfStages, stagesOf } from './stages.ts';
import { readVariables } from './variables.ts';

export type PipelineFile = { readonly file: string; readonly text: string };

export type ReadPipeline = { readonly part: Part; readonly files: readonly string[]; readonly root: Table };

/** Null when it cannot be read; why is in the mistakes of `sources`. */
export function readPipeline(
  { file, text }: PipelineFile,
  tree: Tree | undefined,
  defaultBranch: string,
  sources: Sources,
): ReadPipeline | null {
  const included = withIncludes(file, text, tree, sources);
  if (!included || sources.mistakes.length > 0) return null;
  const { root } = included;
  const elsewhere: Gap[] | null = included.gaps.length > 0 ? [] : null;
  const jobs = createJobs(root, sources, elsewhere);
  const globals = readVariables(valueAt(root, 'variables'), jobs, sources, new Map());
  const facts = { defaultBranch, variables: globals.fixed };
  const workflow = tableAt(root, 'workflow');
  const start = workflow ? readStart(workflow, { facts, jobs, sources }) : null;
  const found = jobsOf(root, jobs, included, sources).map((one) => {
    const read = readJob(one.entry, one.table, { jobs, sources, facts, globals, workflow: start?.outcome ?? yes });
    return { ...one, read };
  });
  if (found.length === 0) sources.refuse(root, 'the file has no job', 'a job is a key with a `script`');
  const gaps = [
    ...included.gaps,
    ...(elsewhere ?? []),
    ...(start?.gaps ?? []),
    ...globals.gaps,
    ...gapsOfRoot(root, sources),
  ];
  const lifted = lift(withNeeds(found, { root, jobs, sources, isComplete: elsewhere === null }), root, sources);
  if (sources.mistakes.length > 0) return null;
  return {
    root,
    files: included.files,
    part: {
      file,
      name: '',
      heading: headingOf(root, sources),
      gaps: [...gaps, ...lifted.gaps],
      env: globals.fixed,
      jobs: lifted.jobs,
    },
  };
}

/** What is said once for all jobs is a gap once, at the top. */
function lift(jobs: readonly ImportedJob[], root: Table, sources: Sources): { jobs: ImportedJob[]; gaps: Gap[] } {
  const places = new Set<string>();
  const placeOf = ({ file, line, column }: Place): string => `${file}:${line}:${column}`;
  for (const table of [root, tableAt(root, 'default')]) {
    for (const entry of table?.entries.values() ?? [])
      if (reserved.has(entry.key)) places.add(placeOf(sources.placeOf(entry)));
  }
  const gaps: Gap[] = [];
  const kept = jobs.map((job) => ({
    ...job,
    gaps: job.gaps.filter((gap) => {
      if (!places.has(placeOf(gap))) return true;
      gaps.push(gap);
      return false;
    }),
  }));
  const once = new Map(gaps.map((gap) => [`${placeOf(gap)} ${gap.what}`, gap]));
  return { jobs: kept, gaps: [...once.values()] };
}

const headingOf = (root: Table, sources: Sources): string[] => {
  const [first] = root.entries.values();
  return first !== undefined && reserved.has(first.key) ? sources.commentsAbove(first) : [];
};

const reserved = new Set([
  ...['stages', 'types', 'variables', 'default', 'include', 'workflow', 'image', 'services', 'cache', 'before_script'],
  ...['after_script', 'spec', 'artifacts', 'tags', 'timeout', 'retry', 'interruptible', 'id_tokens', 'hooks'],
]);

type Found = { readonly entry: Entry; readonly table: Table };

function jobsOf(root: Table, jobs: Jobs, { gaps, files }: Included, sources: Sources): Found[] {
  const found: Found[] = [];
  for (const entry of root.entries.values()) {
    if (reserved.has(entry.key) || entry.key.startsWith('.') || entry.key.startsWith('x-')) continue;
    if (entry.value.kind !== 'table') {
      sources.refuse(entry, `${quote(entry.key)} is no job and no key of GitLab CI`, nearestHint(entry.key, reserved));
      continue;
    }
    const own = jobs.extended(entry.key);
    if (!own) continue;
    const table = withDefaults(own, root, sources);
    const isSomething = ['script', 'trigger', 'run', 'release'].some((key) => table.entries.has(key));
    if (!isSomething && gaps.length === 0) sources.refuse(entry, `the job ${quote(entry.key)} has no \`script\``, null);
    found.push({ entry, table });
  }
  // What is included comes after what includes it, as people read it.
  const rank = ({ entry }: Found) => files.indexOf(sources.placeOf(entry).file);
  return found.sort((one, other) => rank(one) - rank(other));
}

type NeedsOf = { readonly root: Table; readonly jobs: Jobs; readonly sources: Sources; readonly isComplete: boolean };

/** Names of jobs here are settled first, since two may be the same without their signs. */
function withNeeds(found: readonly (Found & { readonly read: ReadJob })[], of: NeedsOf): ImportedJob[] {
  const once = createNames();
  const names = new Map(found.map(({ entry, read }) => [entry.key, once(read.job.name)]));
  const byName = new Map(found.map((one) => [names.get(one.entry.key) ?? '', one]));
  const stages = stagesOf(of.root);
  const explicit = new Map<string, readonly ImportedNeed[]>();
  const more = new Map<string, Gap[]>();
  const staged = found.map(({ entry, table, read }) => {
    const name = names.get(entry.key) ?? read.job.name;
    const gaps: Gap[] = [];
    const needs = table.entries.has('needs') ? readNeeds(table, names, of, gaps) : null;
    if (needs) explicit.set(name, needs);
    more.set(name, gaps);
    const stage = textAt(table, 'stage') ?? 'test';
    const place = stages.indexOf(stage);
    if (place < 0)
      of.sources.refuse(
        table.entries.get('stage') ?? entry,
        `there is no stage ${quote(stage)}`,
        nearestHint(stage, stages),
      );
    return { name, stage: place, needs: needs?.map((need) => need.job) ?? null, isPassedOver: read.isPassedOver };
  });
  const needs = needsOfStages(staged);
  const circle = circleIn(needs);
  const at = circle && byName.get(circle[0] ?? '');
  if (circle && at)
    of.sources.refuse(at.entry, `these needs form a circle: ${circle.join(' → ')}`, 'remove one of them');
  const waitedFor = new Set(
    [...needs.values(), ...[...explicit.values()].map((list) => list.map((need) => need.job))].flat(),
  );
  for (const { entry, table, read } of found) {
    const name = names.get(entry.key) ?? read.job.name;
    const at = table.entries.get('artifacts');
    const [pattern] = read.job.artifacts;
    if (!at || pattern === undefined || !waitedFor.has(name)) continue;
    // There every job after it gets all of them.
    const wanted = quote(`needs: [{ job: ${name}, artifacts: ["${pattern}"] }]`, 120);
    const instead = `Later jobs find them in their checkout where they say so: ${wanted}.`;
    more.get(name)?.push(gapAt(of.sources, at, '`artifacts` that later jobs may use', instead));
  }
  let file = '';
  return found.flatMap(({ entry, read }) => {
    const name = names.get(entry.key) ?? read.job.name;
    const wanted =
      explicit.get(name) ??
      (needs.get(name) ?? []).map((job) => ({ job, isOptional: mayBeMissing(byName.get(job)?.read, read) }));
    const place = of.sources.placeOf(entry).file;
    const heading = [...(file !== '' && place !== file ? [` From ${place}`] : []), ...read.job.heading];
    file = place;
    const job = { ...read.job, name, heading, needs: wanted, gaps: [...read.job.gaps, ...(more.get(name) ?? [])] };
    if (!read.isManual) return [job];
    const gate = { ...gateBefore(job, entry.key), heading };
    const gateName = once(gate.name);
    return [
      { ...gate, name: gateName },
      { ...job, heading: [], needs: [...wanted, { job: gateName, isOptional: false }] },
    ];
  });
}

/** A job of a stage before is waited for where it runs. Of the same conditions, both run or none. */
function mayBeMissing(needed: ReadJob | undefined, by: ReadJob): boolean {
  const conditions = ({ job }: ReadJob) => JSON.stringify([job.branches, job.causes, job.ifChanged]);
  if (!needed || conditions(needed) === conditions(by)) return false;
  return needed.job.branches.length + needed.job.causes.length + needed.job.ifChanged.length > 0;
}

function readNeeds(table: Table, names: ReadonlyMap<string, string>, of: NeedsOf, gaps: Gap[]): ImportedNeed[] {
  const needs = new Map<string, ImportedNeed>();
  for (const item of flatItems(valueAt(table, 'needs'), of.jobs)) {
    const text = item.kind === 'scalar' ? item.text : item.kind === 'table' ? textAt(item, 'job') : undefined;
    const isElsewhere = item.kind === 'table' && ['project', 'pipeline'].some((key) => item.entries.has(key));
    if (text === undefined || isElsewhere) {
      gaps.push(gapAt(of.sources, item, 'a need of another pipeline', 'A job needs jobs of its own pipeline.'));
      continue;
    }
    // `test 2/5` and `test: [a, b]` are jobs of one that is there.
    const key = names.has(text) ? text : text.replace(/ \d+\/\d+$|: \[.*\]$/, '');
    const job = names.get(key);
    const isOptional = item.kind === 'table' && textAt(item, 'optional') === 'true';
    if (job !== undefined) needs.set(job, { job, isOptional });
    else if (!isOptional && of.isComplete)
      of.sources.refuse(item, `there is no job ${quote(text)} to need`, nearestHint(text, names.keys()));
    else if (!isOptional)
      gaps.push(gapAt(of.sources, item, `the need ${quote(text)}`, 'It is in a file that lies elsewhere.'));
  }
  return [...needs.values()];
}

/** What is said once for all jobs and has no equal. */
function gapsOfRoot(root: Table, sources: Sources): Gap[] {
  const defaults = tableAt(root, 'default');
  const shared = sharedGaps.flatMap((key) => [root.entries.get(key), defaults?.entries.get(key)]);
  const name = tableAt(root, 'workflow')?.entries.get('name');
  return [
    ...shared.flatMap((entry) => (entry ? [gapAt(sources, entry, shown(entry), insteadOf(entry.key))] : [])),
    ...(name ? [gapAt(sources, name, shown(name), 'A pipeline is called by its push.')] : []),
  ];
}
