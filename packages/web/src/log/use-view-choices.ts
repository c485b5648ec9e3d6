// How a log is looked at, as the address says it: with which times, or compared with the last green one.
import { getRouteApi } from '@tanstack/react-router';
import type { TimeMode } from './times.ts';

const route = getRouteApi('/jobs/$job');

export type ViewChoices = {
  readonly times: TimeMode;
  readonly isComparing: boolean;
  chooseTimes(mode: TimeMode): void;
  toggleCompare(): void;
};

export function useViewChoices(run: number, step: number): ViewChoices {
  const { times = 'none', compare } = route.useSearch();
  const navigate = route.useNavigate();
  const still = { hash: true, replace: true, resetScroll: false } as const;
  return {
    times,
    isComparing: compare === 1,
    chooseTimes: (mode) =>
      void navigate({ search: (old) => ({ ...old, times: mode === 'none' ? undefined : mode }), ...still }),
    // It names run and step, as the lines do to which it leads.
    toggleCompare: () =>
      void navigate({ search: (old) => ({ ...old, compare: compare === 1 ? undefined : 1, run, step }), ...still }),
  };
}
