// What a push changes of the configuration: lanes that come and go, fields with their lines, what it costs. Nothing where it
// changes none.
import type { ChangedLanes, ConfigCost, FieldChange, LaneGroup, Push } from '@signalbox/protocol/browser';
import { useQuery } from '@tanstack/react-query';
import { configDiffQuery } from '../api/queries.ts';
import { counted } from '../text/size.ts';
import styles from './config-change.module.css';

export function ConfigChange({ push }: { push: Push }) {
  const mayChange = push.before !== null && push.revision !== null;
  const { data } = useQuery({ ...configDiffQuery(push.id), enabled: mayChange });
  const diff = data?.diff;
  if (!diff || diff.added.length + diff.removed.length + diff.changed.length === 0) return null;
  const { added, removed, changed, moreChanged, before, after } = diff;
  return (
    <section className={styles['card']} aria-labelledby="config-change">
      <h2 id="config-change">This push changes the configuration</h2>
      <p>
        {counted(lanesIn(added), 'lane')} added, {lanesIn(removed)} removed, {lanesIn(changed) + moreChanged} changed;{' '}
        {before} before, {after} now.
        {data.cost ? <Cost cost={data.cost} /> : null}
      </p>
      <ul className={styles['groups']}>
        {added.map((group) => (
          <Lanes key={`+${group.job}`} sign="+" word="added" group={group} />
        ))}
        {removed.map((group) => (
          <Lanes key={`-${group.job}`} sign="−" word="removed" group={group} />
        ))}
        {changed.slice(0, mostGroups).map((group) => (
          <Changed key={group.lanes[0]} group={group} />
        ))}
      </ul>
      <Rest groups={changed.slice(mostGroups)} more={moreChanged} />
    </section>
  );
}

const mostGroups = 20;
const lanesIn = (groups: readonly { readonly lanes: readonly string[] }[]): number =>
  groups.reduce((sum, { lanes }) => sum + lanes.length, 0);

function Cost({ cost: { beforeMinutes, afterMinutes, estimated, unknown } }: { cost: ConfigCost }) {
  const change = Math.round((afterMinutes - beforeMinutes) * 10) / 10;
  const guessed =
    estimated > 0 ? ` ${counted(estimated, 'lane')} without a history: counted as the others of the job.` : '';
  const left = unknown > 0 ? ` ${counted(unknown, 'lane')} without any history: not counted.` : '';
  return (
    <span>
      {' '}
      If every lane ran once: {beforeMinutes} machine-minutes before, <strong>{afterMinutes} now</strong> (
      {change > 0 ? '+' : ''}
      {change}).{guessed}
      {left}
    </span>
  );
}

function Lanes({ sign, word, group }: { sign: string; word: string; group: LaneGroup }) {
  return (
    <li>
      <p className={styles[word]}>
        <span aria-hidden="true">{sign}</span> <Names lanes={group.lanes} /> {word}{' '}
        <code className={styles['place']}>
          {group.file}:{group.line}
        </code>
      </p>
    </li>
  );
}

function Changed({ group: { lanes, changes } }: { group: ChangedLanes }) {
  return (
    <li>
      <p>
        <span aria-hidden="true">~</span> <Names lanes={lanes} /> changed
      </p>
      <dl className={styles['changes']}>
        {changes.map((change) => (
          <Change key={change.field} change={change} />
        ))}
      </dl>
    </li>
  );
}

function Change({ change: { field, before, after, side, file, line, excerpt } }: { change: FieldChange }) {
  return (
    <div>
      <dt>
        <code>{field}</code>
      </dt>
      <dd>
        <del>{textOf(before)}</del> <span aria-hidden="true">→</span> <ins>{textOf(after)}</ins>
      </dd>
      <dd className={styles['place']} title={excerpt}>
        {file}:{line}
        {side === 'before' ? ' before' : ''}
      </dd>
    </div>
  );
}

function Rest({ groups, more }: { groups: readonly ChangedLanes[]; more: number }) {
  const lanes = lanesIn(groups) + more;
  if (lanes === 0) return null;
  return (
    <p className={styles['place']}>
      {counted(lanes, 'lane')} more in further ways. <code>signalbox diff</code> lists them.
    </p>
  );
}

function Names({ lanes }: { lanes: readonly string[] }) {
  const shown = lanes.slice(0, 3).join(', ');
  return (
    <strong title={lanes.slice(0, 100).join(', ')}>
      {lanes.length > 3 ? `${shown} and ${lanes.length - 3} more` : shown}
    </strong>
  );
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return 'none';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 300 ? `${text.slice(0, 299)}…` : text;
}
