// `concurrency:` of a job or its workflow, and `max-parallel`: a group with slots, or newer pushes standing for older ones.
import { quote } from '../../printable.ts';
import { type Entry, type Table, textAt } from '../../tree.ts';
import { type Gap, gapAt, shown } from '../gap.ts';
import type { ImportedJob } from '../model.ts';
import { groupName } from '../names.ts';
import type { Sources } from '../sources.ts';
import { partsOf } from './expression.ts';
import { fillText } from './fill.ts';
import type { Scope } from './resolve.ts';

type Read = { readonly order: Pick<ImportedJob, 'concurrency' | 'coalesce'>; readonly gaps: readonly Gap[] };

/** `outer` is the workflow's: what has no equal in it is said there, once. */
export function readConcurrency(
  job: Table,
  outer: Table,
  strategy: Table | undefined,
  name: string,
  scope: Scope,
  sources: Sources,
): Read {
  const gaps: Gap[] = [];
  const own = job.entries.get('concurrency');
  const order = own ? groupOf(own, scope, sources, gaps) : readOwnConcurrency(outer, scope, sources).order;
  const most = strategy?.entries.get('max-parallel');
  if (!most) return { order, gaps };
  const slots = most.value.kind === 'scalar' && /^\d{1,4}$/.test(most.value.text) ? most.value.text : '';
  const group = groupName(name);
  if (order.concurrency !== undefined || slots === '' || group === null) {
    gaps.push(gapAt(sources, most, shown(most), 'A job is in one group, and its limit is set at the server.'));
    return { order, gaps };
  }
  const instead = `The limit of a group is set at the server: ${quote(`signalbox group set REPO ${group} --slots ${slots}`)}; until then it is 1.`;
  gaps.push(gapAt(sources, most, shown(most), instead));
  return { order: { ...order, concurrency: group }, gaps };
}

export function readOwnConcurrency(of: Table, scope: Scope, sources: Sources): Read {
  const gaps: Gap[] = [];
  const entry = of.entries.get('concurrency');
  return { order: entry ? groupOf(entry, scope, sources, gaps) : {}, gaps };
}

function groupOf(entry: Entry, scope: Scope, sources: Sources, gaps: Gap[]): Read['order'] {
  const { value } = entry;
  const text = value.kind === 'scalar' ? value.text : value.kind === 'table' ? (textAt(value, 'group') ?? '') : '';
  const cancels = value.kind === 'table' ? textAt(value, 'cancel-in-progress') : undefined;
  const isOfBranch = partsOf(text).some(
    (part) => part.kind === 'hole' && /\bgithub\.(ref|head_ref|ref_name|run_id|sha)\b/.test(part.text),
  );
  if (isOfBranch) {
    const instead =
      cancels === undefined || cancels === 'false'
        ? 'Pushes of a branch do not wait for each other; one run may stand for those that wait (`coalesce`).'
        : 'What runs is not cancelled by a newer push; one run stands for those that still wait (`coalesce`).';
    gaps.push(gapAt(sources, entry, quote('concurrency'), instead));
    return { coalesce: 100 };
  }
  const filled = fillText(text, value, scope, sources);
  const group = filled.isWhole && !filled.text.includes('${{') ? groupName(filled.text) : null;
  if (group === null) {
    gaps.push(gapAt(sources, entry, quote('concurrency'), 'A group has a fixed name: `concurrency: deploy`.'));
    return {};
  }
  if (cancels === 'true') {
    gaps.push(
      gapAt(sources, entry, quote('cancel-in-progress'), 'The jobs of a group wait for each other; none is cancelled.'),
    );
  }
  return { concurrency: group };
}
