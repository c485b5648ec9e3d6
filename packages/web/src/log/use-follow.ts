// Following a growing log: the window stays at its end, lets go when one scrolls up, and takes hold again at the end.
import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react';

export type Follow = {
  readonly following: boolean;
  /** Lines that came since it let go. */
  readonly unseen: number;
  hold(): void;
  letGo(): void;
};

type Options = { readonly grows: boolean; readonly begin: boolean; readonly lastLine: number; readonly height: number };

/** Room that is kept below the last line. */
const below = 56;

export function useFollow(list: RefObject<HTMLElement | null>, options: Options): Follow {
  const { grows, begin, lastLine, height } = options;
  const [following, setFollowing] = useState(begin);
  const [seen, setSeen] = useState(0);
  const lastY = useRef(0);
  const lastLineNow = useRef(lastLine);
  lastLineNow.current = lastLine;

  useLayoutEffect(() => {
    if (!following || !list.current) return;
    const end = list.current.getBoundingClientRect().top + window.scrollY + height;
    if (end + below > window.innerHeight) window.scrollTo(0, end + below - window.innerHeight);
    lastY.current = window.scrollY;
  }, [following, height, list]);

  useEffect(() => {
    if (!grows) return;
    const scroll = () => {
      const wentUp = window.scrollY < lastY.current - 2;
      const atEnd =
        list.current !== null && list.current.getBoundingClientRect().bottom <= window.innerHeight - below + 8;
      lastY.current = window.scrollY;
      if (wentUp && !atEnd) {
        setFollowing((held) => {
          if (held) setSeen(lastLineNow.current);
          return false;
        });
      } else if (!wentUp && atEnd) setFollowing(true);
    };
    window.addEventListener('scroll', scroll, { passive: true });
    return () => window.removeEventListener('scroll', scroll);
  }, [grows, list]);

  return {
    following,
    unseen: following ? 0 : Math.max(0, lastLine - Math.max(seen, 0)),
    hold: () => setFollowing(true),
    letGo: () => {
      setSeen(lastLineNow.current);
      setFollowing(false);
    },
  };
}
