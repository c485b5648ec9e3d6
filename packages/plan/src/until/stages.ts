// What each stage of planning gives, for people and for programs: one can stop after any of them.
import type { Configuration, ReadingStage } from '../configuration.ts';
import type { Draft, Plan } from '../draft.ts';
import { printTable } from '../print-plan.ts';
import { placeOf } from '../source.ts';
import { type Table, tableAt } from '../tree.ts';
import { flatYaml } from './flat-yaml.ts';

/** The last two depend on the push. */
export type PlanStage = ReadingStage | 'select' | 'order';

export type Shown = { readonly value: unknown; readonly text: string };

export function showStage({ draft }: Configuration, stage: ReadingStage): Shown {
  switch (stage) {
    case 'parse':
      return parsed(draft);
    case 'apply':
    case 'check': {
      const text = flatYaml(draft);
      return { value: { yaml: text }, text };
    }
    case 'expand':
      return expanded(draft);
    case 'link':
      return linked(draft);
    default:
      return stage satisfies never;
  }
}

/** Which lanes run, and which do not, and why. */
export function showSelected({ jobs, leftOut }: Plan): Shown {
  const runs = jobs.map(({ name, because }) => ({ name, runs: true, because }));
  const others = leftOut.map(({ name, reason }) => ({ name, runs: false, because: [reason] }));
  const lanes = [...runs, ...others];
  const rows = lanes.map((lane) => [lane.name, lane.runs ? 'runs' : 'left out', lane.because.join('; ')]);
  return { value: { lanes }, text: printTable(['lane', '', 'because'], rows) };
}

/** Files, and the keys of each with their lines. */
function parsed({ tree, source, configFiles }: Draft): Shown {
  const files = source.files.slice(0, configFiles).map(({ file }) => ({ file, keys: [] as Key[] }));
  const put = (prefix: string, table: Table | null | undefined) => {
    for (const { key, keyOffset } of table?.entries.values() ?? []) {
      const { file, line } = placeOf(source, keyOffset);
      files.find((each) => each.file === file)?.keys.push({ key: `${prefix}${key}`, line });
    }
  };
  put('', tree);
  put('templates.', tree && tableAt(tree, 'templates'));
  put('jobs.', tree && tableAt(tree, 'jobs'));
  for (const { keys } of files) keys.sort((one, other) => one.line - other.line);
  const rows = files.flatMap(({ file, keys }) => keys.map(({ key, line }) => [`${file}:${line}`, key]));
  return { value: { files }, text: printTable(['place', 'key'], rows) };
}

type Key = { readonly key: string; readonly line: number };

function expanded({ cells, source }: Draft): Shown {
  const lanes = cells.map(({ name, offset, template, pool, attributes, order, attempts, spec }) => {
    const { file, line } = placeOf(source, offset);
    return { name, job: template.name, pool, file, line, attributes, order, attempts, spec };
  });
  const rows = lanes.map(({ name, job, pool, file, line }) => [name, job, pool, `${file}:${line}`]);
  return { value: { lanes }, text: printTable(['lane', 'job', 'pool', 'from'], rows) };
}

function linked({ cells, edges, source }: Draft): Shown {
  const lanes = cells.map(({ name }, index) => ({
    name,
    needs: (edges[index] ?? []).map(({ to, offset, isOptional }) => {
      const { file, line } = placeOf(source, offset);
      return { name: cells[to]?.name ?? '', optional: isOptional, file, line };
    }),
  }));
  const rows = lanes.flatMap(({ name, needs }) =>
    needs.length === 0
      ? [[name, '', '']]
      : needs.map((need, index) => [
          index === 0 ? name : '',
          `${need.name}${need.optional ? ' (optional)' : ''}`,
          `${need.file}:${need.line}`,
        ]),
  );
  return { value: { lanes }, text: printTable(['lane', 'needs', 'from'], rows) };
}
