// The sign of Signalbox: a colour-light signal with two lamps. On the tab its lamp shows how the page's subject stands.
import { useEffect } from 'react';
import type { Stand } from '../text/stand.ts';
import styles from './signal.module.css';

export function Signal() {
  return (
    <svg className={styles['signal']} viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
      <rect x="5" y="1" width="10" height="15" rx="5" fill="currentColor" />
      <rect x="9" y="16" width="2" height="3" fill="currentColor" />
      <circle cx="10" cy="6" r="2.4" fill="#ff6b5c" />
      <circle cx="10" cy="11.2" r="2.4" fill="#4cd07d" />
    </svg>
  );
}

const lamps: Readonly<Record<Stand, readonly [color: string, sign: string]>> = {
  passed: ['#1f9d50', 'M9 16.5l5 5 9-11'],
  failed: ['#d13c2e', 'M10 10l12 12M22 10l-12 12'],
  errored: ['#7d52ba', 'M16 8v10M16 23v1'],
  running: ['#1f6fc4', 'M12.5 9.5l9 6.5-9 6.5z'],
  held: ['#0f7676', 'M13 10v12M19 10v12'],
  ready: ['#a97c00', 'M16 10v6l4 3'],
  waiting: ['#6b7685', 'M10 16h.1M16 16h.1M22 16h.1'],
  cancelled: ['#8a3a63', 'M10 22L22 10'],
  skipped: ['#6b7685', 'M10 16h12'],
};

/** Names the tab and sets its lamp. */
export function useTab(title: string, stand: Stand | null): void {
  useEffect(() => {
    document.title = title;
  }, [title]);
  useEffect(() => {
    const [color, sign] = stand ? lamps[stand] : ['#3b4654', 'M16 9h.1M16 21h.1'];
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><circle cx="16" cy="16" r="15" fill="${color}"/><path d="${sign}" fill="none" stroke="#fff" stroke-width="3.4" stroke-linecap="round" stroke-linejoin="round"/></svg>`;
    const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
    if (icon) icon.href = `data:image/svg+xml,${encodeURIComponent(svg)}`;
  }, [stand]);
}
