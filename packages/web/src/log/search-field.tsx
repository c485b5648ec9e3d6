// The search of a log: what to search for and how, how much was found, and from match to match.
import { CaseSensitive, ChevronDown, ChevronUp, ListFilter, Regex } from 'lucide-react';
import { type KeyboardEvent, type RefObject, useEffect, useState } from 'react';
import { Button } from '../parts/button.tsx';
import styles from './search-field.module.css';
import type { Search } from './use-search.ts';

type Props = {
  readonly search: Search;
  readonly input: RefObject<HTMLInputElement | null>;
  /** Number of the match that was gone to, from 0; null: none yet. */
  readonly at: number | null;
  readonly goTo: (by: 1 | -1) => void;
};

export function SearchField({ search, input, at, goTo }: Props) {
  const { terms, result } = search;
  const [typed, setTyped] = useState(terms.text);
  useEffect(() => setTyped(terms.text), [terms.text]);
  const press = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === 'Enter') goTo(event.shiftKey ? -1 : 1);
    if (event.key === 'Escape') event.currentTarget.blur();
  };
  const found = result?.hits.length ?? 0;
  return (
    <search className={styles['search']}>
      <input
        ref={input}
        type="search"
        placeholder="Search the log"
        aria-label="Search the log"
        aria-keyshortcuts="/"
        maxLength={500}
        spellCheck={false}
        autoCapitalize="off"
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          search.change({ text: event.target.value });
        }}
        onKeyDown={press}
      />
      <Button
        kind="plain"
        pressed={terms.isExpression}
        onPress={() => search.change({ isExpression: !terms.isExpression })}
        label="Regular expression"
        title="Regular expression, as RE2 reads it"
      >
        <Regex size={14} aria-hidden="true" />
      </Button>
      <Button
        kind="plain"
        pressed={terms.matchCase}
        onPress={() => search.change({ matchCase: !terms.matchCase })}
        label="Match case"
        title="Match case"
      >
        <CaseSensitive size={16} aria-hidden="true" />
      </Button>
      {terms.text === '' ? null : (
        <>
          <Button onPress={() => goTo(1)} label="Next match" title="Next match (Enter, m)">
            <ChevronDown size={14} aria-hidden="true" />
          </Button>
          <Button onPress={() => goTo(-1)} label="Previous match" title="Previous match (Shift+Enter, M)">
            <ChevronUp size={14} aria-hidden="true" />
          </Button>
          <Button
            pressed={search.onlyMatches}
            onPress={() => search.showOnly(!search.onlyMatches)}
            label="Only lines that match"
            title="Only lines that match (v)"
          >
            <ListFilter size={14} aria-hidden="true" />
          </Button>
          <span className={styles['count']} role="status">
            {words(search, found, at)}
          </span>
        </>
      )}
    </search>
  );
}

function words({ result }: Search, found: number, at: number | null): string {
  if (!result) return '…';
  if (result.state === 'failed') return result.problem ?? 'It could not be searched';
  const amount = `${found.toLocaleString('en')}${result.state === 'enough' ? '+' : result.state === 'searching' ? '…' : ''}`;
  if (found === 0) return result.state === 'searching' ? 'Searching…' : 'No line matches';
  const lines = found === 1 ? 'line' : 'lines';
  return at === null ? `${amount} ${lines}` : `${(at + 1).toLocaleString('en')} of ${amount}`;
}
