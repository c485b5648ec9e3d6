// Finds a Chromium or Chrome on this machine, for the tests and for what makes ready for them.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export const howToGetBrowser =
  'no Chromium or Chrome was found, and the browser tests (packages/web/test, test/browser*) need one. ' +
  'Debian: apt-get install chromium; Ubuntu, Fedora: Google Chrome from google.com/chrome; ' +
  'macOS: brew install --cask google-chrome; Windows: winget install Google.Chrome; ' +
  'or set SIGNALBOX_CHROME to the program of one.';

/** The one that SIGNALBOX_CHROME names, then the usual places. @returns {string | undefined} */
export function findBrowser() {
  return process.env['SIGNALBOX_CHROME'] || usualPlaces().find((path) => existsSync(path));
}

function usualPlaces() {
  const { env, platform } = process;
  if (platform === 'darwin') {
    return ['Google Chrome', 'Chromium', 'Microsoft Edge'].flatMap((name) => [
      `/Applications/${name}.app/Contents/MacOS/${name}`,
      join(env['HOME'] ?? '', `Applications/${name}.app/Contents/MacOS/${name}`),
    ]);
  }
  if (platform === 'win32') {
    const roots = ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].map((name) => env[name] ?? '').filter(Boolean);
    const programs = ['Google/Chrome/Application/chrome.exe', 'Microsoft/Edge/Application/msedge.exe'];
    return roots.flatMap((root) => programs.map((program) => join(root, program)));
  }
  const directories = ['/usr/bin', '/usr/local/bin', '/snap/bin', ...(env['PATH'] ?? '').split(delimiter)];
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];
  return names.flatMap((name) => directories.map((directory) => join(directory, name)));
}
