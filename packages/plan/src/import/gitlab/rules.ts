// `rules:`, `only:` and `except:`, of a job or of all: for which pushes it runs, by itself or asked, and what cannot be told.
import type { Cause } from '@signalbox/protocol';
import { quote } from '../../printable.ts';
import { type Entry, type Table, textAt, type Value, valueAt } from '../../tree.ts';
import { type Gap, gapAt, shown } from '../gap.ts';
import { isGlob, translateGlobs } from '../globs.ts';
import { both, either, never, not, type Outcome, onBranches, unknown, yes } from '../outcome.ts';
import type { Sources } from '../sources.ts';
import { evaluateIf, type Facts, sourceOutcome } from './condition.ts';
import { flatItems, type Jobs } from './merge.ts';
import { globsOfRegex } from './regex-globs.ts';

export type Start = {
  readonly outcome: Outcome;
  readonly ifChanged: readonly string[];
  /** A person must say so each time. */
  readonly isManual: boolean;
  /** What needs it does not wait for the person. */
  readonly mayBeSkipped: boolean;
  readonly mayFail: boolean;
  readonly delay: string | undefined;
  readonly gaps: readonly Gap[];
};

export type RulesOf = { readonly facts: Facts; readonly jobs: Jobs; readonly sources: Sources };

const always: Start = {
  outcome: yes,
  ifChanged: [],
  isManual: false,
  mayBeSkipped: false,
  mayFail: false,
  delay: undefined,
  gaps: [],
};

/** `rules` win over the older words. */
export function readStart(table: Table, of: RulesOf): Start {
  const rules = table.entries.get('rules');
  if (rules) return readRules(rules, mayFailOf(valueAt(table, 'allow_failure')) ?? false, of);
  const gaps: Gap[] = [];
  const only = table.entries.get('only');
  const except = table.entries.get('except');
  const [wanted, unwanted] = [only && readRefs(only, of, gaps), except && readRefs(except, of, gaps)];
  if (unwanted && unwanted.ifChanged.length > 0 && except) {
    gaps.push(gapAt(of.sources, except, '`except` with `changes`', 'Write what counts: `if-changed: ["!docs/**"]`.'));
  }
  const outcome = both(wanted?.outcome ?? yes, unwanted ? not(unwanted.outcome) : yes);
  const at = only ?? except;
  if (outcome.isUnknown && at)
    gaps.push(gapAt(of.sources, at, quote(at.key), 'The job runs whatever it says beyond branches.'));
  return { ...always, outcome, ifChanged: wanted?.ifChanged ?? [], gaps, ...whenOf(table, of, gaps) };
}

/** `when:` of the job itself. */
function whenOf(table: Table, { sources }: RulesOf, gaps: Gap[]): Partial<Start> {
  const entry = table.entries.get('when');
  const when = entry?.value.kind === 'scalar' ? entry.value.text : 'on_success';
  const mayFail = mayFailOf(valueAt(table, 'allow_failure'));
  if (when === 'manual') return { isManual: true, mayBeSkipped: mayFail ?? true, mayFail: mayFail ?? false };
  if (when === 'delayed') return { delay: textAt(table, 'start_in'), mayFail: mayFail ?? false };
  if (entry && when === 'on_failure') {
    gaps.push(gapAt(sources, entry, shown(entry), 'No job is for failures: a person can start it.'));
    return { outcome: never, mayFail: mayFail ?? false };
  }
  if (entry && when === 'always')
    gaps.push(gapAt(sources, entry, shown(entry), 'A job runs when all that it needs has passed.'));
  return { ...(when === 'never' && { outcome: never }), mayFail: mayFail ?? false };
}

const mayFailOf = (value: Value | undefined): boolean | undefined =>
  value === undefined ? undefined : value.kind === 'table' || (value.kind === 'scalar' && value.text === 'true');

type Rule = {
  readonly at: Value;
  readonly table: Table;
  readonly outcome: Outcome;
  readonly changes: readonly string[];
  readonly when: string;
};

/** The first rule that holds decides: each is for what those before it left. */
function readRules(entry: Entry, mayFail: boolean, of: RulesOf): Start {
  const gaps: Gap[] = [];
  const rules = flatItems(entry.value, of.jobs).flatMap((item) =>
    item.kind === 'table' ? [ruleOf(item, of, gaps)] : [],
  );
  let rest: Outcome = yes;
  const started: (Rule & { readonly reached: Outcome })[] = [];
  for (const rule of rules) {
    const reached = both(rest, rule.outcome);
    if (rule.when !== 'never' && !reached.isNever) started.push({ ...rule, reached });
    if (rule.when === 'never' && rule.changes.length > 0) {
      gaps.push(
        gapAt(of.sources, rule.at, '`changes` with `when: never`', 'Write what counts: `if-changed: ["!docs/**"]`.'),
      );
    }
    // Where files decide too, the rules that follow are for the rest of them.
    if (rule.changes.length === 0) rest = both(rest, not(rule.outcome));
    if (rest.isNever) break;
  }
  return { ...joinRules(entry, started, mayFail, of, gaps) };
}

function joinRules(
  entry: Entry,
  rules: readonly (Rule & { readonly reached: Outcome })[],
  usual: boolean,
  of: RulesOf,
  gaps: Gap[],
): Start {
  const tell = (at: Value | Entry, what: string, instead: string) => gaps.push(gapAt(of.sources, at, what, instead));
  const manual = rules.filter(({ when }) => when === 'manual');
  const byItself = rules.filter(({ when }) => when !== 'manual' && when !== 'on_failure');
  const chosen = byItself.length > 0 ? byItself : manual;
  if (byItself.length > 0)
    for (const rule of manual)
      tell(
        rule.at,
        'a rule with `when: manual` beside others',
        'A gate is for all pushes of a job: here it is left out.',
      );
  for (const rule of rules)
    if (rule.when === 'on_failure')
      tell(rule.at, '`when: on_failure`', 'No job is for failures: a person can start it.');
  const outcome = chosen.reduce((sum, { reached }) => either(sum, reached), never);
  if (outcome.isUnknown && !rules.some((rule) => rule.outcome.isUnknown))
    tell(entry, '`rules` that nobody can tell here', 'The job runs whatever they say beyond branches and files.');
  const withChanges = chosen.filter(({ changes }) => changes.length > 0);
  const isChanged = withChanges.length === chosen.length;
  if (withChanges.length > 0 && !isChanged) {
    tell(
      entry,
      '`changes` in some of the rules',
      'Files are asked for whatever the branch: here they are not asked for at all.',
    );
  }
  for (const { table, at } of chosen) {
    for (const key of ['variables', 'needs', 'exists', 'interruptible']) {
      if (table.entries.has(key))
        tell(
          table.entries.get(key) ?? at,
          `${quote(key)} of a rule`,
          'A job has the same for all pushes; make two jobs of it.',
        );
    }
  }
  const [first] = chosen;
  const mayFail = chosen.some(({ table }) => mayFailOf(valueAt(table, 'allow_failure')) ?? usual);
  const delay = chosen.find(({ when }) => when === 'delayed');
  return {
    outcome,
    ifChanged: isChanged ? [...new Set(withChanges.flatMap(({ changes }) => changes))] : [],
    isManual: first?.when === 'manual',
    mayBeSkipped: first?.when === 'manual' && mayFail,
    mayFail,
    delay: delay && textAt(delay.table, 'start_in'),
    gaps,
  };
}

function ruleOf(table: Table, of: RulesOf, gaps: Gap[]): Rule {
  const condition = table.entries.get('if');
  const text = condition?.value.kind === 'scalar' ? condition.value.text : null;
  const outcome = condition
    ? (text !== null && evaluateIf(text, of.facts)) || unknown
    : table.entries.has('exists')
      ? unknown
      : yes;
  if (condition && outcome.isUnknown)
    gaps.push(gapAt(of.sources, condition, shown(condition), 'It is taken as if it held.'));
  return {
    at: table,
    table,
    outcome,
    changes: changesOf(table, of, gaps),
    when: textAt(table, 'when') ?? 'on_success',
  };
}

function changesOf(table: Table, { sources, jobs }: RulesOf, gaps: Gap[]): string[] {
  const changes = valueAt(table, 'changes');
  const paths = changes?.kind === 'table' ? valueAt(changes, 'paths') : changes;
  const texts = flatItems(paths, jobs).flatMap((item) => (item.kind === 'scalar' ? [item] : []));
  return translateGlobs(texts, { sources, gaps, isUsual: true });
}

type Refs = { readonly outcome: Outcome; readonly ifChanged: readonly string[] };

function readRefs(entry: Entry, of: RulesOf, gaps: Gap[]): Refs {
  const { value } = entry;
  const refs = value.kind === 'table' ? valueAt(value, 'refs') : value;
  const names = flatItems(refs, of.jobs).flatMap((item) => (item.kind === 'scalar' ? [item.text] : []));
  const ofRefs =
    names.length === 0
      ? yes
      : names.map((name) => refOutcome(name, of.facts)).reduce((sum, one) => either(sum, one), never);
  if (value.kind !== 'table') return { outcome: ofRefs, ifChanged: [] };
  const conditions = flatItems(valueAt(value, 'variables'), of.jobs).flatMap((item) =>
    item.kind === 'scalar' ? [item.text] : [],
  );
  const ofVariables = conditions
    .map((text) => evaluateIf(text, of.facts) ?? unknown)
    .reduce((sum, one) => either(sum, one), never);
  const kubernetes = value.entries.has('kubernetes') ? unknown : yes;
  const outcome = both(both(ofRefs, conditions.length > 0 ? ofVariables : yes), kubernetes);
  return { outcome, ifChanged: changesOf(value, of, gaps) };
}

function refOutcome(ref: string, facts: Facts): Outcome {
  const name = ref.replace(/@.*$/, '');
  if (name === 'branches' || name === 'pushes') return yes;
  if (name === 'merge_requests' || name === 'external_pull_requests')
    return sourceOutcome('merge_request_event', facts);
  if (['tags', 'web', 'schedules', 'api', 'triggers', 'pipelines', 'chat', 'external'].includes(name)) return never;
  const regex = /^\/(.*)\/i?$/.exec(name)?.[1];
  if (regex === undefined) return isGlob(name) ? onBranches([name]) : unknown;
  const globs = globsOfRegex(regex);
  return globs ? onBranches(globs) : unknown;
}

export type When = {
  readonly branches: readonly string[];
  readonly causes: readonly Cause[];
  readonly isNever: boolean;
};

/** As it is written: what no push of a branch starts is left to people. */
export function whenOfOutcome(outcome: Outcome): When {
  if (outcome.isNever) return { branches: [], causes: ['manual'], isNever: true };
  return { branches: outcome.branches.every(isGlob) ? outcome.branches : [], causes: [], isNever: false };
}
