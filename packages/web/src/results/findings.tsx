// What analyses of the code found in a run, errors first, each with its place. All of it is text from outside.
import type { FindingResult, RunResults } from '@signalbox/protocol/browser';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Button } from '../parts/button.tsx';
import styles from './results.module.css';
import { findingsQuery } from './results-queries.ts';

export function Findings({ runId, told: { findings } }: { runId: number; told: RunResults }) {
  const total = Object.values(findings).reduce((all, one) => all + one, 0);
  const found = useInfiniteQuery({ ...findingsQuery(runId), enabled: total > 0 });
  if (total === 0) return null;
  const items = found.data?.pages.flatMap((page) => page.items) ?? [];
  const counts = Object.entries(findings).filter(([, count]) => count > 0);
  return (
    <>
      <h3 className={styles['findings']}>
        Findings{' '}
        <small>
          {counts.map(([level, count]) => `${count.toLocaleString('en')} ${wordOf(level as Level, count)}`).join(', ')}
        </small>
      </h3>
      <ul className={styles['cases']}>
        {items.map((item, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: findings may be the same; the list only grows at its end.
          <li key={`${item.path} ${item.rule} ${place}`} className={styles['finding']}>
            <span className={`${styles['level']} ${styles[item.level]}`}>
              {item.level === 'none' ? 'fine' : item.level}
            </span>
            <span className={styles['name']}>
              <span>{item.message || item.rule}</span>
              <span className={styles['place']}>
                {item.sourceFile === null ? null : (
                  <code>
                    {item.sourceFile}
                    {item.line === null ? '' : `:${item.line}`}
                  </code>
                )}{' '}
                {item.rule}
              </span>
            </span>
          </li>
        ))}
      </ul>
      {found.hasNextPage ? (
        <div className={styles['more']}>
          <Button onPress={() => void found.fetchNextPage()} busy={found.isFetchingNextPage}>
            Show more findings
          </Button>
        </div>
      ) : null}
    </>
  );
}

type Level = FindingResult['level'];
const wordOf = (level: Level, count: number) => (level === 'none' ? 'fine' : count === 1 ? level : `${level}s`);
