// The chosen lines of the open step: read from the address, and written to it when a line number is clicked.
import { getRouteApi, useLocation } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';
import { chosen, formatRange, type LineRange, parseRange } from './line-range.ts';

const route = getRouteApi('/jobs/$job');

/** Choosing a line also names its step, since another may be the one that opens by itself later. */
export function useLineRange(step: number): [LineRange | null, (line: number, extend: boolean) => void] {
  const hash = useLocation({ select: (location) => location.hash });
  const navigate = route.useNavigate();
  const range = useMemo(() => parseRange(hash), [hash]);
  const choose = useCallback(
    (line: number, extend: boolean) => {
      void navigate({
        search: (old) => ({ ...old, step }),
        hash: formatRange(chosen(range, line, extend)),
        replace: true,
        resetScroll: false,
        hashScrollIntoView: false,
      });
    },
    [navigate, range, step],
  );
  return [range, choose];
}
