// Says on every page that the server cannot do its work at this moment: that what is shown may be old, and what still goes on.
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { type Readiness, readinessQuery } from '../api/readiness.ts';
import { useLiveState } from '../live/use-live.ts';
import { Banner } from './banner.tsx';

export function ServerBanner() {
  const { data, refetch } = useQuery(readinessQuery);
  const live = useLiveState();
  // The stream of hints breaks first, and comes back first.
  useEffect(() => {
    if (live !== 'connecting') void refetch();
  }, [live, refetch]);
  const words = data && wordsOf(data);
  return words ? (
    <Banner kind="trouble" title={words.title}>
      {words.text}
    </Banner>
  ) : null;
}

function wordsOf({ status, disk }: Readiness): { title: string; text: string } | null {
  if (status === 'away') {
    return {
      title: 'The server does not answer:',
      text: 'what you see may be old, and nothing can be changed now. Runs go on at their workers. The page tries again by itself.',
    };
  }
  if (status === 'not-ready') {
    return {
      title: 'The database does not answer:',
      text: 'what you see may be old, and nothing can be changed now. Runs go on at their workers. The page tries again by itself.',
    };
  }
  if (disk === 'full') {
    return {
      title: 'The disk of the server is full:',
      text: 'no new run begins until somebody makes room. What runs goes on and ends; what it has to send waits at its worker.',
    };
  }
  if (disk === 'low') {
    return {
      title: 'The disk of the server is nearly full:',
      text: 'artifacts wait at their workers until somebody makes room. All else goes on.',
    };
  }
  return null;
}
