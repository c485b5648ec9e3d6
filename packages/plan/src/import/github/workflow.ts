// A workflow of GitHub as jobs here.
import { nearestHint } from '../../nearest.ts';
import { quote } from '../../printable.ts';
import { type Table, tableAt, textAt } from '../../tree.ts';
import type { Part } from '../assemble.ts';
import { circleIn } from '../circle.ts';
import { type Gap, gapAt, shown, unknownKeys } from '../gap.ts';
import type { ImportedJob } from '../model.ts';
import type { Sources } from '../sources.ts';
import { readOwnConcurrency } from './concurrency.ts';
import { fixedText, readEnvironment } from './environment.ts';
import { type ReadJob, readJob } from './job.ts';
import { noMatrix } from './matrix-names.ts';
import type { Scope } from './resolve.ts';
import { gapsOfDefaults } from './script.ts';
import { readTriggers } from './triggers.ts';

export type WorkflowFile = { readonly file: string; readonly root: Table };

/** `isAlone`: nothing else is imported, so that its `env` may be that of the file. */
export function readWorkflow({ file, root }: WorkflowFile, isAlone: boolean, sources: Sources): Part {
  const name = textAt(root, 'name') ?? baseName(file);
  const triggers = readTriggers(root, sources);
  const jobs = tableAt(root, 'jobs');
  if (!jobs || jobs.entries.size === 0) sources.refuse(root, 'a workflow has `jobs:`, and this file has none', null);
  const read: ReadJob[] = [];
  const gaps: Gap[] = [...triggers.gaps, ...gapsOfKeys(root, sources), ...gapsOfDefaults(root, sources)];
  for (const entry of jobs?.entries.values() ?? []) {
    const { value } = entry;
    if (value.kind === 'table') read.push(readJob(entry, value, { sources, triggers, workflow: root, name, isAlone }));
    else gaps.push(gapAt(sources, entry, `the job ${quote(entry.key)}`, 'It is empty, and left out.'));
  }
  const scope: Scope = {
    workflow: name,
    inputs: triggers.inputs,
    env: new Map(),
    matrix: noMatrix,
    secrets: new Set(),
  };
  const outer = readEnvironment(root, scope, sources);
  gaps.push(...outer.gaps, ...readOwnConcurrency(root, scope, sources).gaps);
  const isSecret = (variable: string) => read.some(({ job }) => job.secrets.includes(variable));
  const fixed = outer.variables.filter((variable) => variable.isFixed && !isSecret(variable.name));
  const first = root.entries.values().next().value;
  return {
    file,
    name,
    env: new Map(isAlone ? fixed.map((variable) => [variable.name, fixedText(variable)]) : []),
    heading: [first, root.entries.get('jobs')].flatMap((entry) => (entry ? sources.commentsAbove(entry) : [])),
    gaps,
    jobs: withNeeds(read, sources, jobs),
  };
}

const baseName = (file: string): string => (file.split('/').at(-1) ?? file).replace(/\.ya?ml$/, '');

/** Ids of the workflow become names; what takes files of another job needs it. */
function withNeeds(read: readonly ReadJob[], sources: Sources, jobs: Table | undefined): ImportedJob[] {
  const names = new Map(read.map(({ id, job }) => [id, job.name]));
  const needs = new Map(read.map(({ id, job }) => [id, job.needs.map((need) => need.job)]));
  const uploads = new Map(read.flatMap(({ id, uploads }) => uploads.map((name) => [name, id] as const)));
  const circle = circleIn(needs);
  const [first] = circle ?? [];
  const at = jobs?.entries.get(first ?? '');
  if (circle && at) sources.refuse(at, `these needs form a circle: ${circle.join(' → ')}`, 'remove one of them');
  return read.map(({ id, job, downloads }) => {
    const own = needs.get(id) ?? [];
    const strange = own.find((need) => !names.has(need));
    const entry = jobs?.entries.get(id);
    if (strange !== undefined && entry) {
      sources.refuse(entry, `the job needs ${quote(strange)}, which is none`, nearestHint(strange, names.keys()));
    }
    const makers = downloads.flatMap((name) => uploads.get(name) ?? []);
    // Not where the maker waits for this job itself.
    const more = makers.filter(
      (maker) => !own.includes(maker) && !circleIn(new Map([...needs, [id, [...own, maker]]])),
    );
    for (const maker of more) needs.set(id, [...(needs.get(id) ?? []), maker]);
    const wanted = [...new Set([...own, ...more])].flatMap((need) => names.get(need) ?? []);
    return { ...job, needs: wanted.map((name) => ({ job: name, isOptional: false })) };
  });
}

const taken = new Set(['name', 'on', 'env', 'defaults', 'jobs', 'concurrency']);

function gapsOfKeys(root: Table, sources: Sources): Gap[] {
  const permissions = root.entries.get('permissions');
  const title = root.entries.get('run-name');
  return [
    ...(permissions
      ? [
          gapAt(
            sources,
            permissions,
            shown(permissions),
            'A job has the secrets that it names, and no token of the forge.',
          ),
        ]
      : []),
    ...(title ? [gapAt(sources, title, shown(title), 'A pipeline is called by its push.')] : []),
    ...unknownKeys(root, new Set([...taken, 'permissions', 'run-name']), 'A workflow', sources),
  ];
}
