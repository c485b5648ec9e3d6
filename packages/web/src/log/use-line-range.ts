// The chosen lines of the open step: read from the address, and written to it when a line number is clicked.
import { getRouteApi, useLocation } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';
import { chosen, formatRange, type LineRange, parseRange } from './line-range.ts';

const route = getRouteApi('/jobs/$job');

export type ChosenLines = {
  readonly range: LineRange | null;
  readonly choose: (line: number, extend: boolean) => void;
};

/** Choosing a line also names its run and its step: the job may run again, and another step may open by itself later. */
export function useLineRange(run: number, step: number): ChosenLines {
  const hash = useLocation({ select: (location) => location.hash });
  const navigate = route.useNavigate();
  const range = useMemo(() => parseRange(hash), [hash]);
  const choose = useCallback(
    (line: number, extend: boolean) => {
      void navigate({
        search: (old) => ({ ...old, run, step }),
        hash: formatRange(chosen(range, line, extend)),
        replace: true,
        resetScroll: false,
        hashScrollIntoView: false,
      });
    },
    [navigate, range, run, step],
  );
  return { range, choose };
}
