// `on:` of a workflow: for which pushes its jobs run here, and what of it has no equal.
import type { Cause } from '@signalbox/protocol';
import { quote } from '../../printable.ts';
import { type Entry, type Table, textsOf, type Value, valueAt } from '../../tree.ts';
import { type Gap, gapAt, shown } from '../gap.ts';
import { translateGlobs } from '../globs.ts';
import type { Sources } from '../sources.ts';

export type Triggers = {
  /** Empty: every branch. */
  readonly branches: readonly string[];
  /** Branches whose pushes are no pull requests; empty: any. */
  readonly pushed: readonly string[];
  /** Empty: any. Without pushes of branches it is left to people, and to the nightly time. */
  readonly causes: readonly Cause[];
  readonly ifChanged: readonly string[];
  /** What its inputs are when nobody is asked. */
  readonly inputs: ReadonlyMap<string, string>;
  readonly gaps: readonly Gap[];
};

export function readTriggers(workflow: Table, sources: Sources): Triggers {
  const on = workflow.entries.get('on');
  const gaps: Gap[] = [];
  const kinds = kindsOf(on?.value);
  const push = kinds.get('push');
  const pull = kinds.get('pull_request') ?? kinds.get('pull_request_target');
  const pushed = push && filterOf(push, sources, gaps);
  const pulled = pull && filterOf(pull, sources, gaps);
  for (const [kind, at] of kinds) {
    if (kind === 'push') continue;
    const instead = insteadOf(kind, at);
    if (instead) gaps.push(gapAt(sources, at, quote(`on: ${kind}`), instead));
  }
  const isPushed = pushed !== undefined && !pushed.isTagsOnly;
  return {
    // A pull request is the push of a branch of any name.
    pushed: isPushed ? pushed.branches : [],
    branches: pulled || !isPushed ? [] : pushed.branches,
    causes: isPushed || pulled ? [] : byHand(kinds.has('schedule')),
    ifChanged: sameIn(isPushed ? pushed : undefined, pulled),
    inputs: inputsOf([...kinds.values()], sources, gaps),
    gaps,
  };
}

export const byHand = (isNightly: boolean): readonly Cause[] => (isNightly ? ['manual', 'nightly'] : ['manual']);

/** `on` may be a word, a list of words or a mapping. */
function kindsOf(on: Value | undefined): Map<string, Value | Entry> {
  if (on?.kind === 'table') return new Map([...on.entries.values()].map((entry) => [entry.key, entry]));
  const words = on?.kind === 'list' ? textsOf(on) : on?.kind === 'scalar' ? [on] : [];
  return new Map(words.map((word) => [word.text, word]));
}

type Filter = { readonly branches: readonly string[]; readonly paths: readonly string[]; readonly isTagsOnly: boolean };

function filterOf(at: Value | Entry, sources: Sources, gaps: Gap[]): Filter {
  const table = 'keyOffset' in at && at.value.kind === 'table' ? at.value : null;
  if (!table) return { branches: [], paths: [], isTagsOnly: false };
  const kind = 'keyOffset' in at ? at.key : '';
  const patterns = (key: string, isTaken: boolean): string[] => {
    const entry = table.entries.get(key);
    if (!entry) return [];
    const texts =
      entry.value.kind === 'list' ? textsOf(entry.value) : entry.value.kind === 'scalar' ? [entry.value] : [];
    const ignore = key.endsWith('-ignore');
    return isTaken ? translateGlobs(texts, { sources, gaps, isIgnored: ignore }) : [];
  };
  for (const entry of table.entries.values()) {
    const instead = filterGap(kind, entry.key);
    if (instead) gaps.push(gapAt(sources, entry, `${quote(`on: ${kind}`)} with ${shown(entry)}`, instead));
  }
  const has = (...keys: readonly string[]) => keys.some((key) => table.entries.has(key));
  return {
    branches: kind === 'push' ? [...patterns('branches', true), ...patterns('branches-ignore', true)] : [],
    paths: [...patterns('paths', true), ...patterns('paths-ignore', true)],
    isTagsOnly: kind === 'push' && has('tags', 'tags-ignore') && !has('branches', 'branches-ignore'),
  };
}

function filterGap(kind: string, key: string): string | null {
  if (['branches', 'branches-ignore', 'paths', 'paths-ignore', 'push'].includes(key)) {
    const isTarget = kind !== 'push' && key.startsWith('branches');
    return isTarget ? 'A push does not say which branch it is meant for: every branch is built.' : null;
  }
  if (key.startsWith('tags')) return 'Tags start nothing yet; start the pipeline by hand.';
  return key === 'types' && kind !== 'push' ? 'Every push of the branch starts the jobs.' : 'It is not known here.';
}

/** Changed paths hold for a job, whatever starts it: taken over where all that starts it says the same. */
function sameIn(pushed: Filter | undefined, pulled: Filter | undefined): readonly string[] {
  if (!pushed || !pulled) return (pushed ?? pulled)?.paths ?? [];
  return pushed.paths.join('\n') === pulled.paths.join('\n') ? pushed.paths : [];
}

function insteadOf(kind: string, at: Value | Entry): string | null {
  if (kind.startsWith('pull_request') && !kind.includes('review')) {
    return 'Pushes of every branch start the jobs instead; a pull request from a fork is not seen.';
  }
  if (kind === 'schedule')
    return `Times start nothing yet${cronsOf(at)}; a timer of your own can start the pipeline by hand.`;
  if (kind === 'workflow_dispatch') return null;
  if (kind === 'workflow_call') return 'No workflow can call another: what calls it needs its jobs copied.';
  if (kind === 'merge_group') return 'The branch of a merge queue is built like any other.';
  return 'Only pushes, and people, start pipelines.';
}

function cronsOf(at: Value | Entry): string {
  if (!('keyOffset' in at) || at.value.kind !== 'list') return '';
  const crons = at.value.items.flatMap((item) => (item.kind === 'table' ? [valueAt(item, 'cron')] : []));
  const texts = crons.flatMap((cron) => (cron?.kind === 'scalar' ? [quote(cron.text)] : []));
  return texts.length > 0 ? ` (${texts.slice(0, 5).join(', ')})` : '';
}

function inputsOf(kinds: readonly (Value | Entry)[], sources: Sources, gaps: Gap[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const kind of kinds) {
    const entry = 'keyOffset' in kind && kind.value.kind === 'table' ? kind.value.entries.get('inputs') : undefined;
    if (entry?.value.kind !== 'table') continue;
    for (const { key, value } of entry.value.entries.values()) {
      const usual = value.kind === 'table' ? valueAt(value, 'default') : undefined;
      found.set(key, usual?.kind === 'scalar' ? usual.text : '');
    }
    if (found.size === 0) continue;
    const instead = 'A pipeline that is started by hand is asked nothing: the defaults stand in the jobs.';
    gaps.push(gapAt(sources, entry, quote('inputs'), instead));
  }
  return found;
}
