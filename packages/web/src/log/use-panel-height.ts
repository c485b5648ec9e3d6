// How high the panel of a log is: what is left of the window below the verdict; or all of it, when that would be too little.
import { type RefObject, useLayoutEffect, useState } from 'react';

export type PanelHeight = {
  readonly height: number;
  /** It takes the whole window: for its lines to be seen, the window must scroll to it. */
  readonly whole: boolean;
};

const least = 340;
const below = 16;

export function usePanelHeight(panel: RefObject<HTMLElement | null>, wanted: 'fits' | 'whole'): PanelHeight | null {
  const [size, setSize] = useState<PanelHeight | null>(null);
  useLayoutEffect(() => {
    const measure = () => {
      if (!panel.current) return;
      const top = panel.current.getBoundingClientRect().top + window.scrollY;
      const left = window.innerHeight - top - below;
      const whole = wanted === 'whole' || left < least;
      setSize({ height: whole ? window.innerHeight - headsAbove(panel.current) - below : left, whole });
    };
    measure();
    window.addEventListener('resize', measure);
    return () => window.removeEventListener('resize', measure);
  }, [panel, wanted]);
  return size;
}

/** What sticks to the upper edge while the panel is in sight: the bar of the page, the heading of the step, the bar of the log. */
function headsAbove(panel: HTMLElement): number {
  const step = panel.closest('li');
  const bar = Number.parseInt(getComputedStyle(panel).getPropertyValue('--bar'), 10);
  return bar + (step ? panel.getBoundingClientRect().top - step.getBoundingClientRect().top : 0);
}

/** Scrolls the window so that the step of a panel stands at its upper edge. */
export function bringUp(panel: HTMLElement | null): void {
  panel?.closest('li')?.scrollIntoView({ block: 'start' });
}

/** The same, unless all of the panel is in sight. */
export function bringIntoSight(panel: HTMLElement | null): void {
  const place = panel?.getBoundingClientRect();
  if (place && (place.top < 0 || place.bottom > window.innerHeight)) bringUp(panel);
}
