// What other tools call a thing, and what it is called here: most newcomers write the word that they know.
import { gateTable } from './schema/gate.ts';
import { jobTable } from './schema/job.ts';

/** A hint for a key that another tool has at this place. */
export function elsewhere(table: string, key: string): string | null {
  if (table === 'a gate' && ofRuns.has(key)) return gates;
  return words.get(`${table}/${key}`) ?? null;
}

const shared = 'what jobs share stands under `templates:`, and each names it: `template: NAME`';
const conditions = '`when`, `if-changed` and `matrix.exclude` decide what runs: `when: { branch: [main] }`';

const gates = 'a gate runs nothing, it waits for a person; give this key to a job that `needs` the gate';

/** The keys of a job that a gate does not have. */
const ofRuns = new Set(Object.keys(jobTable.properties ?? {}).filter((key) => !gateTable.properties?.[key]));

const words = new Map<string, string>([
  ['a Signalbox configuration/on', '`on` stands in each job'],
  ['a Signalbox configuration/defaults', shared],
  ['a Signalbox configuration/default', shared],
  ['a Signalbox configuration/include', 'all files of the directory `.signalbox/` are one configuration'],
  ['a Signalbox configuration/stages', 'there are no stages; each job says what it `needs`'],
  ['a Signalbox configuration/variables', 'it is called `env` here'],
  ['a Signalbox configuration/environment', 'it is called `env` here'],
  ['a Signalbox configuration/steps', '`steps` stand in a job: `jobs: { build: { steps: [...] } }`'],
  ['a Signalbox configuration/pipeline', 'it is called `jobs` here'],
  ['a job/runs-on', 'it is called `pool` here'],
  ['a job/tags', 'it is called `pool` here, and a job names one'],
  ['a job/agents', 'it is called `pool` here'],
  ['a job/queue', 'it is called `pool` here'],
  ['a job/strategy', '`matrix` stands in the job itself'],
  ['a job/parallel', '`chunks: 5` cuts a job into parts; `matrix` makes one for each value'],
  ['a job/script', '`script` stands in a step: `steps: [npm test]`'],
  ['a job/run', 'commands stand in steps: `steps: [npm test]`'],
  ['a job/commands', 'commands stand in steps: `steps: [npm test]`'],
  ['a job/stage', 'there are no stages; a job says what it `needs`'],
  ['a job/depends-on', 'it is called `needs` here'],
  ['a job/depends_on', 'it is called `needs` here'],
  ['a job/variables', 'it is called `env` here'],
  ['a job/environment', 'it is called `env` here'],
  ['a job/timeout-minutes', 'it is called `timeout` here, with a unit: `timeout: 30m`'],
  ['a job/retry', 'it is called `attempts` here, and counts the first'],
  ['a job/paths', 'it is called `if-changed` here'],
  ['a job/changes', 'it is called `if-changed` here'],
  ['a job/extends', 'it is called `template` here'],
  ['a job/templates', 'it is called `template` here: `template: [one, other]`'],
  ['a job/if', conditions],
  ['a job/rules', conditions],
  ['a job/only', '`when: { branch: [main] }` does that'],
  ['a job/except', '`when: { branch: ["!main"] }` does that'],
  ['a job/branches', '`when: { branch: [main] }` does that'],
  ['a template/template', 'templates are one level: a template cannot apply another'],
  ['a template/gate', 'a gate is a job of its own'],
  ['a mapping of conditions/branches', 'it is called `branch` here'],
  ['a mapping of conditions/changed', 'it is called `if-changed` here, and stands in the job'],
  ['a mapping of conditions/path', 'it is called `if-changed` here, and stands in the job'],
  ['a mapping of conditions/paths', 'it is called `if-changed` here, and stands in the job'],
  ['a job/approval', 'it is called `gate` here, and is a job of its own'],
  ['a job/block', 'it is called `gate` here, and is a job of its own'],
  ['a job/concurrency-group', 'it is called `concurrency` here'],
  ['a job/concurrency_group', 'it is called `concurrency` here'],
  ['a job/resource_group', 'it is called `concurrency` here'],
  ['a job/start_in', 'it is called `delay` here'],
  ['a job/image', 'a pool decides where a job runs'],
  ['a job/container', 'a pool decides where a job runs'],
  ['a step/run', 'it is called `script` here'],
  ['a step/command', 'it is called `script` here'],
  ['a step/uses', 'there are no ready-made actions; write the command as `script`'],
  ['a step/env', '`env` stands in the job'],
  ['a step/if', 'conditions are of jobs; `always: true` runs a step after a failure'],
  ['a step/continue-on-error', 'it is called `may-fail` here'],
  ['a step/timeout-minutes', 'it is called `timeout` here, with a unit: `timeout: 10m`'],
  ['a step/working-directory', 'write `cd` into the script'],
  ['a step/artifacts', '`artifacts` stand in the job'],
  ['a trigger/pull_request', 'version 1 knows `push` only'],
  ['a trigger/schedule', 'version 1 knows `push` only'],
  ['a trigger/tag', 'version 1 knows `push` only'],
  ['a trigger/branches', 'branches belong to the push: `on: { push: { branches: [main] } }`'],
  ['a mapping with `branches`, or nothing/paths', 'it is called `if-changed` here, and stands in the job'],
  ['a mapping with `branches`, or nothing/branches-ignore', 'a pattern with ! takes away: `branches: ["!wip/**"]`'],
]);
