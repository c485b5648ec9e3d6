// Test cases, each a line that opens: what it said, how it went before, and the file that told it. All of it is text from outside.
import type { CaseResult, RunDetail } from '@signalbox/protocol/browser';
import { ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { duration } from '../text/time.ts';
import { CaseHistoryStrip } from './case-history.tsx';
import { CaseMark } from './case-state.tsx';
import styles from './results.module.css';

type Artifacts = RunDetail['artifacts'];
type Props = { readonly runId: number; readonly items: readonly CaseResult[]; readonly artifacts: Artifacts };

export function CaseList({ runId, items, artifacts }: Props) {
  return (
    <ul className={styles['cases']}>
      {items.map((item, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: cases may have the same name; the list only grows at its end.
        <CaseLine key={`${item.caseId} ${item.path} ${place}`} runId={runId} item={item} artifacts={artifacts} />
      ))}
    </ul>
  );
}

function CaseLine({ runId, item, artifacts }: { runId: number; item: CaseResult; artifacts: Artifacts }) {
  const [isOpen, setOpen] = useState(false);
  const { state, suite, name, durationMs, message } = item;
  return (
    <li>
      <button type="button" className={styles['case']} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <ChevronRight size={14} className={styles['chevron']} aria-hidden="true" />
        <CaseMark state={state} />
        <span className={styles['name']}>
          {suite === '' ? null : <span className={styles['suite']}>{suite} </span>}
          <span>{name === '' ? '(no name)' : name}</span>
          {message && !isOpen ? <span className={styles['message']}>{firstLine(message)}</span> : null}
        </span>
        <span className={styles['took']}>{durationMs === null ? '' : took(durationMs)}</span>
      </button>
      {isOpen ? <CaseDetail runId={runId} item={item} artifacts={artifacts} /> : null}
    </li>
  );
}

function CaseDetail({ runId, item, artifacts }: { runId: number; item: CaseResult; artifacts: Artifacts }) {
  const href = artifacts.find(({ path }) => path === item.path)?.href;
  return (
    <div className={styles['detail']}>
      {item.message ? <pre>{item.message}</pre> : null}
      {item.output ? <pre className={styles['output']}>{item.output}</pre> : null}
      <CaseHistoryStrip runId={runId} caseId={item.caseId} />
      <p className={styles['told']}>
        {item.sourceFile ? <code>{item.sourceFile}</code> : null} Told by{' '}
        {href ? <a href={href}>{item.path}</a> : item.path}
      </p>
    </div>
  );
}

const firstLine = (text: string) => text.trimStart().split('\n', 1)[0];
const took = (milliseconds: number) =>
  milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : duration(milliseconds);
