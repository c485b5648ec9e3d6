// Following a growing log: its panel stays at the end, lets go when one scrolls up, and takes hold again at the end.
import { type RefObject, useEffect, useRef, useState } from 'react';

export type Follow = {
  readonly following: boolean;
  /** Lines that came since it let go. */
  readonly unseen: number;
  hold(): void;
  letGo(): void;
};

type Options = { readonly grows: boolean; readonly begin: boolean; readonly lastLine: number };

export function useFollow(panel: RefObject<HTMLElement | null>, { grows, begin, lastLine }: Options): Follow {
  const [following, setFollowing] = useState(begin);
  const [seen, setSeen] = useState<number | null>(null);
  const lastTop = useRef(0);
  const lastLineNow = useRef(lastLine);
  lastLineNow.current = lastLine;

  useEffect(() => {
    const element = panel.current;
    if (!grows || !element) return;
    const scroll = () => {
      const wentUp = element.scrollTop < lastTop.current - 2;
      const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < 12;
      lastTop.current = element.scrollTop;
      if (wentUp && !atEnd) {
        setSeen((old) => old ?? lastLineNow.current);
        setFollowing(false);
      } else if (!wentUp && atEnd) {
        setSeen(null);
        setFollowing(true);
      }
    };
    element.addEventListener('scroll', scroll, { passive: true });
    return () => element.removeEventListener('scroll', scroll);
  }, [grows, panel]);

  return {
    following,
    unseen: following || seen === null ? 0 : Math.max(0, lastLine - seen),
    hold: () => {
      setSeen(null);
      setFollowing(true);
    },
    letGo: () => {
      setSeen((old) => old ?? lastLineNow.current);
      setFollowing(false);
    },
  };
}
