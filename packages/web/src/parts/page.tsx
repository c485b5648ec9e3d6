// The frame of a page: the bar above it, its place in the tab, and the main part.
import type { ReactNode } from 'react';
import type { Stand } from '../text/stand.ts';
import { bannerClass } from './banner.tsx';
import styles from './page.module.css';
import { ServerBanner } from './server-banner.tsx';
import { useTab } from './signal.tsx';
import { type Place, TopBar } from './top-bar.tsx';

type Props = {
  readonly title: string;
  /** How the subject of the page stands, for the lamp on the tab. */
  readonly stand: Stand | null;
  readonly place?: Place;
  /** What holds up all that the page shows, each a `Banner`. */
  readonly banners?: ReactNode;
  readonly children: ReactNode;
};

export function Page({ title, stand, place, banners, children }: Props) {
  useTab(title === 'Signalbox' ? title : `${title} · Signalbox`, stand);
  return (
    <>
      <a className={styles['skip']} href="#main">
        Skip to the content
      </a>
      <TopBar place={place ?? {}} />
      <div className={bannerClass['banners']}>
        <ServerBanner />
        {banners}
      </div>
      <main id="main" className={styles['main']} tabIndex={-1}>
        {children}
      </main>
    </>
  );
}
