// Test results of a run on the page of its job: counts that filter, cases with what failed first, findings, and files that say something is wrong.
import type { CaseResult, CaseState, RunDetail, RunResults } from '@signalbox/protocol/browser';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import { useLive } from '../live/use-live.ts';
import { Button } from '../parts/button.tsx';
import { CaseList } from './case-list.tsx';
import { caseSigns } from './case-state.tsx';
import { Findings } from './findings.tsx';
import { ResultFiles } from './result-files.tsx';
import styles from './results.module.css';
import { resultsQuery } from './results-queries.ts';

/** Nothing, where a job tells of no results. */
export function ResultsPanel({ run: { run, artifacts } }: { run: RunDetail }) {
  const [state, setState] = useState<CaseState | null>(null);
  const [text, setText] = useState('');
  const all = useInfiniteQuery(resultsQuery(run.id, null, ''));
  const told = all.data?.pages[0];
  const grows = run.endedAt === null || told?.files.some((file) => file.state === 'waiting');
  useLive([grows ? `run:${run.id}` : null], () => all.refetch());
  const found = useInfiniteQuery(resultsQuery(run.id, state, useDeferredValue(text.trim())));
  if (!told || told.files.length === 0) return null;
  const loaded = found.data?.pages.flatMap((page) => page.items) ?? [];
  // The log comes below: what is fine is shown to who asks for it.
  const isAsked = state !== null || text.trim() !== '';
  const items = isAsked ? loaded : loaded.filter(isTrouble);
  const hasMore = found.hasNextPage && (isAsked || items.length === loaded.length);
  const hasCases = totalOf(told) > 0;
  return (
    <section className={styles['panel']} aria-labelledby="results-heading">
      <div className={styles['bar']}>
        <h2 id="results-heading">Test results</h2>
        {hasCases ? <Counts told={told} chosen={state} choose={setState} /> : null}
        {hasCases ? (
          <input
            type="search"
            placeholder="Filter by name"
            aria-label="Filter test cases by name"
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        ) : null}
        <a href={`/api/v1/runs/${run.id}/results.json`} download={`results-of-run-${run.id}.json`}>
          JSON
        </a>
      </div>
      {items.length > 0 ? <CaseList runId={run.id} items={items} artifacts={artifacts} /> : null}
      {hasCases && isAsked && items.length === 0 && found.isSuccess ? (
        <p className={styles['none']}>No such case.</p>
      ) : null}
      {hasMore ? (
        <div className={styles['more']}>
          <Button onPress={() => void found.fetchNextPage()} busy={found.isFetchingNextPage}>
            Show more
          </Button>
        </div>
      ) : null}
      <Findings runId={run.id} told={told} />
      <ResultFiles files={told.files} />
    </section>
  );
}

const isTrouble = ({ state }: CaseResult) => state !== 'passed' && state !== 'skipped';
const totalOf = ({ counts }: RunResults) => Object.values(counts).reduce((all, one) => all + one, 0);

type CountsProps = {
  readonly told: RunResults;
  readonly chosen: CaseState | null;
  readonly choose: (state: CaseState | null) => void;
};

/** The word beside each number says it without the colour. */
function Counts({ told, chosen, choose }: CountsProps) {
  const states = (Object.keys(caseSigns) as CaseState[]).filter((state) => told.counts[state] > 0);
  return (
    <fieldset className={styles['counts']} aria-label="Show only">
      {states.map((state) => (
        <button
          key={state}
          type="button"
          className={styles[state]}
          aria-pressed={chosen === state}
          onClick={() => choose(chosen === state ? null : state)}
        >
          <span aria-hidden="true">{caseSigns[state]}</span> {told.counts[state].toLocaleString('en')} {state}
        </button>
      ))}
    </fieldset>
  );
}
