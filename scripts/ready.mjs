// Makes a clone ready to start, test or publish: installs and builds what is missing or stale, and is silent when nothing is.
// It runs before anything is installed: plain JavaScript, only what Node brings.
import { readyBrowser } from './ready/browser.mjs';
import { checkNode } from './ready/node-version.mjs';
import { installPackages, packagesAreStale } from './ready/packages.mjs';
import { buildPages, pagesAreStale } from './ready/pages.mjs';
import { buildPrograms } from './ready/programs.mjs';
import { readyS3Server } from './ready/s3-server.mjs';
import { takeTurns } from './ready/turns.mjs';
import { Trouble } from './ready/work.mjs';

const modes = ['install', 'start', 'test', 'build'];
const mode = process.argv[2] ?? '';

try {
  if (!modes.includes(mode)) throw new Trouble(`node scripts/ready.mjs takes one of: ${modes.join(', ')}`);
  checkNode();
  if (packagesAreStale()) await takeTurns('install', async () => packagesAreStale() && installPackages());
  if (mode !== 'install') await build();
  if (mode === 'test') {
    await takeTurns('browser', readyBrowser);
    await takeTurns('s3-server', readyS3Server);
  }
} catch (error) {
  if (!(error instanceof Trouble)) throw error;
  console.error(`\n${error.message}`);
  process.exitCode = 1;
}

async function build() {
  // The compiler itself knows what is stale; when it has nothing to do it takes 0.1 s.
  await takeTurns('build', () => buildPrograms(mode === 'start' ? 'programs' : 'everything'));
  if (pagesAreStale()) await takeTurns('build', async () => pagesAreStale() && buildPages());
}
