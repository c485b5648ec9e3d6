// Where the pages begin: the theme before the first paint, then the router in the one element of index.html.
import './parts/theme.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queries } from './api/queries.ts';
import { live } from './live/connection.ts';
import { applyTheme, storedTheme } from './parts/theme.ts';
import { router } from './router.tsx';

applyTheme(storedTheme());
reloadAfterUpgrade();
live.start();

const place = document.getElementById('pages');
if (!place) throw new Error('index.html has no element with the id "pages"');
createRoot(place).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);

/** A part of the pages that is not there any more: the server was upgraded since. Once is enough to know. */
function reloadAfterUpgrade(): void {
  const key = 'signalbox.reloaded';
  window.addEventListener('vite:preloadError', (event) => {
    if (Date.now() - Number(sessionStorage.getItem(key)) < 60_000) return;
    sessionStorage.setItem(key, String(Date.now()));
    event.preventDefault();
    window.location.reload();
  });
}
