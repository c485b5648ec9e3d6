// Keeps only the rows in sight, and some around them, in the page: of a million, and of any height. The line in sight stays where it is.
import { type RefObject, useCallback, useEffect, useLayoutEffect, useReducer, useRef } from 'react';
import type { FirstPlace } from './first-place.ts';
import type { RowMap } from './row-map.ts';
import { rowAt, type Scale, scrollOf, wholeHeight } from './scroll-scale.ts';

export const rowHeight = 20;
/** After the last movement: then the bar is put where the line in sight belongs. */
const restMillis = 150;

/** A line and how far below the upper edge of the panel it stands; or the end of the log. */
type Anchor = { readonly kind: 'line'; readonly line: number; readonly offset: number } | { readonly kind: 'end' };

export type Rows = {
  /** Of the rows in the page. */
  readonly first: number;
  readonly end: number;
  /** In the panel: as high as all rows. In it: the rows in the page, each with `data-line`. */
  readonly whole: RefObject<HTMLDivElement | null>;
  readonly window: RefObject<HTMLDivElement | null>;
  /** The line at the upper edge. */
  firstInSight(): number;
  isInSight(line: number): boolean;
  show(line: number, rowsAbove?: number): void;
  showEnd(): void;
};

type Options = {
  readonly panel: RefObject<HTMLDivElement | null>;
  readonly map: RowMap;
  readonly panelHeight: number;
  readonly following: boolean;
  /** Where it opens, with so many rows above. */
  readonly begin: FirstPlace;
  readonly rowsAbove: number;
};

export function useRows({ panel, map, panelHeight, following, begin, rowsAbove }: Options): Rows {
  const whole = useRef<HTMLDivElement>(null);
  const window = useRef<HTMLDivElement>(null);
  const anchor = useRef<Anchor>(begin.kind === 'end' ? begin : { ...begin, offset: rowsAbove * rowHeight });
  const top = useRef(0);
  /** Where the bar was put last: a movement to there is nobody's. */
  const placed = useRef(0);
  const rest = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [, again] = useReducer((count: number) => count + 1, 0);
  if (following) anchor.current = { kind: 'end' };

  const visible = Math.ceil(panelHeight / rowHeight) + 1;
  const scale: Scale = { rows: map.count, rowHeight, panelHeight };
  const at = anchor.current.kind === 'end' ? map.count : map.rowOf(anchor.current.line);
  const first = Math.max(0, Math.min(at - visible, map.count - 2 * visible));
  const end = Math.min(map.count, at + 2 * visible);
  const now = useRef({ map, scale, first, end });
  now.current = { map, scale, first, end };

  /** Puts the rows where the anchor wants them. `isRest`: also the bar, where it has drifted. */
  const place = useCallback(
    (isRest: boolean) => {
      const [outer, all, inner] = [panel.current, whole.current, window.current];
      if (!outer || !all || !inner) return;
      const { map, scale, first, end } = now.current;
      const [height, sees] = [inner.offsetHeight, outer.clientHeight];
      const isStart = first === 0;
      const isEnd = end === map.count;
      const where = anchor.current;
      // Where the upper edge of the panel is to be, within the rows that are in the page.
      let edge = height - sees;
      if (where.kind === 'line') {
        const row = elementOf(inner, map.lineOf(map.rowOf(where.line)));
        edge = (row?.offsetTop ?? 0) - where.offset;
      }
      if (isEnd) edge = Math.min(edge, height - sees);
      if (isStart) edge = Math.max(edge, 0);
      const wanted = scrollOf(where.kind === 'end' ? map.count : map.rowOf(where.line), scale);
      let scroll = isRest && Math.abs(outer.scrollTop - wanted) > sees ? wanted : outer.scrollTop;
      if (isStart) scroll = edge;
      else if (scroll - edge < rowHeight) scroll = Math.max(wanted, edge + first);
      top.current = scroll - edge;
      inner.style.transform = `translateY(${top.current}px)`;
      const ends = top.current + height;
      all.style.height = `${isEnd ? ends : Math.max(ends + sees, wholeHeight(scale))}px`;
      if (Math.abs(outer.scrollTop - scroll) > 0.5) outer.scrollTop = scroll;
      placed.current = outer.scrollTop;
    },
    [panel],
  );
  useLayoutEffect(() => place(false));

  useEffect(() => {
    const outer = panel.current;
    if (!outer) return;
    const scrolled = () => {
      const inner = window.current;
      if (!inner || Math.abs(outer.scrollTop - placed.current) < 1) return;
      placed.current = Number.NaN;
      const { map, scale, first, end } = now.current;
      const edge = outer.scrollTop - top.current;
      const [height, sees] = [inner.offsetHeight, outer.clientHeight];
      clearTimeout(rest.current);
      rest.current = setTimeout(() => place(true), restMillis);
      if (edge > height || edge < -sees) {
        const high = whole.current?.offsetHeight ?? 0;
        const line = map.lineOf(rowAt(outer.scrollTop, high, scale));
        anchor.current = high - outer.scrollTop - sees < 1 ? { kind: 'end' } : { kind: 'line', line, offset: 0 };
        again();
        return;
      }
      const row = rowFrom(inner, edge);
      if (row) anchor.current = { kind: 'line', line: Number(row.dataset['line']), offset: row.offsetTop - edge };
      if ((edge < sees / 2 && first > 0) || (height - edge - sees < sees / 2 && end < map.count)) again();
    };
    outer.addEventListener('scroll', scrolled, { passive: true });
    return () => {
      outer.removeEventListener('scroll', scrolled);
      clearTimeout(rest.current);
    };
  }, [panel, place]);

  const moveTo = (to: Anchor) => {
    anchor.current = to;
    again();
    // After the rows are there: the bar goes with them.
    requestAnimationFrame(() => place(true));
  };
  return {
    first,
    end,
    whole,
    window,
    firstInSight: () => (anchor.current.kind === 'line' ? anchor.current.line : map.lineOf(map.count - visible + 1)),
    isInSight(line) {
      const [outer, row] = [panel.current, window.current && elementOf(window.current, line)];
      if (!outer || !row) return false;
      const from = row.offsetTop + top.current - outer.scrollTop;
      const { top: inWindow, bottom } = row.getBoundingClientRect();
      const isInWindow = inWindow >= 0 && bottom <= globalThis.innerHeight;
      return isInWindow && from >= 0 && from + row.offsetHeight <= outer.clientHeight;
    },
    show: (line, rowsAbove = 0) => moveTo({ kind: 'line', line, offset: rowsAbove * rowHeight }),
    showEnd: () => moveTo({ kind: 'end' }),
  };
}

function elementOf(inner: HTMLElement, line: number): HTMLElement | null {
  return inner.querySelector<HTMLElement>(`:scope > [data-line="${line}"]`);
}

/** The first row that is in sight below this edge. */
function rowFrom(inner: HTMLElement, edge: number): HTMLElement | null {
  let [low, high] = [0, inner.children.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    const row = inner.children[middle] as HTMLElement;
    if (row.offsetTop + row.offsetHeight > edge) high = middle;
    else low = middle + 1;
  }
  return (inner.children[low] as HTMLElement | undefined) ?? null;
}
