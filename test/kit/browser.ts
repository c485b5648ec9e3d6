// A real Chromium for tests: the one that is on this machine, driven by playwright-core, which brings none.
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

/** Close it after the tests. Throws when there is none: a browser test that cannot run is not a passed one. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = await findBrowser();
  if (!executablePath) throw new Error(noBrowser);
  return chromium.launch({
    executablePath,
    headless: true,
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

export const noBrowser =
  'The browser tests need Chromium or Chrome, and none was found. Install one (Debian: apt-get install chromium; ' +
  'macOS: brew install --cask google-chrome; Windows: winget install Google.Chrome), or set SIGNALBOX_CHROME to its program.';

/** The program of the first browser found: the one that SIGNALBOX_CHROME names, then the usual places. */
export async function findBrowser(): Promise<string | undefined> {
  const named = process.env['SIGNALBOX_CHROME'];
  if (named) return named;
  for (const path of usualPlaces()) if (await exists(path)) return path;
  return undefined;
}

function usualPlaces(): string[] {
  if (process.platform === 'darwin') {
    return ['Google Chrome', 'Chromium', 'Microsoft Edge'].flatMap((name) => [
      `/Applications/${name}.app/Contents/MacOS/${name}`,
      join(process.env['HOME'] ?? '', `Applications/${name}.app/Contents/MacOS/${name}`),
    ]);
  }
  if (process.platform === 'win32') {
    const roots = ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].map((name) => process.env[name] ?? '');
    const programs = ['Google/Chrome/Application/chrome.exe', 'Microsoft/Edge/Application/msedge.exe'];
    return roots.filter(Boolean).flatMap((root) => programs.map((program) => join(root, program)));
  }
  const directories = ['/usr/bin', '/usr/local/bin', '/snap/bin', ...(process.env['PATH'] ?? '').split(delimiter)];
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];
  return names.flatMap((name) => directories.map((directory) => join(directory, name)));
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
