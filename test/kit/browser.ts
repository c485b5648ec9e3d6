// A real Chromium for tests: the one that is on this machine, driven by playwright-core, which brings none.
import { type Browser, chromium } from 'playwright-core';
import { findBrowser, howToGetBrowser } from '../../scripts/find-browser.mjs';

/** Close it after the tests. Throws when there is none: a browser test that cannot run is not a passed one. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = findBrowser();
  if (!executablePath) throw new Error(howToGetBrowser);
  return chromium.launch({
    executablePath,
    headless: true,
    // It makes a socket in its temporary directory, and a socket's path has 107 characters at most: a run's own is longer.
    ...(process.platform === 'linux' && { env: { ...process.env, TMPDIR: '/tmp' } as Record<string, string> }),
    args: [
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      // /dev/shm is small in containers.
      '--disable-dev-shm-usage',
    ],
  });
}
