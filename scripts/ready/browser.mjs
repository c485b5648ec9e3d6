// Makes sure that the browser tests have a browser: on Debian as root it installs Chromium, elsewhere it says how to get one.
import { findBrowser, howToGetBrowser } from '../find-browser.mjs';
import { isDebian } from './system.mjs';
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
