// Makes sure that the browser tests have a browser: on Debian as root it installs Chromium, elsewhere it says how to get one.
import { readFileSync } from 'node:fs';
import { findBrowser, howToGetBrowser } from '../find-browser.mjs';
import { run, say, work } from './work.mjs';

export async function readyBrowser() {
  if (findBrowser()) return;
  if (isDebian() && process.getuid?.() === 0) {
    say('installing Chromium for the browser tests (apt-get install chromium) …');
    await work('Chromium is installed', async () => {
      const env = { DEBIAN_FRONTEND: 'noninteractive' };
      await run('apt-get', ['update', '-qq'], { show: true, env });
      await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], { show: true, env });
    });
    if (findBrowser()) return;
  }
  say(howToGetBrowser);
}

/** Ubuntu's package of that name is only a pointer to a snap, which containers cannot run. */
function isDebian() {
  try {
    return /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return false;
    throw error;
  }
}
