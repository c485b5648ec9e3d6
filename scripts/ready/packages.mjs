// Installs the npm packages when they are absent or not those of package-lock.json.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run, say, Trouble, work } from './work.mjs';

/** What is installed (npm's own list in node_modules) is held against what package-lock.json and every package.json ask for. */
export function packagesAreStale() {
  const installed = read('node_modules/.package-lock.json')?.packages;
  const wanted = read('package-lock.json')?.packages;
  if (!installed || !wanted) return true;
  for (const [path, entry] of Object.entries(wanted)) {
    if (path.startsWith('node_modules/') || path.includes('/node_modules/')) {
      const there = installed[path];
      if (there ? there.version !== entry.version : !mayBeMissing(entry)) return true;
    } else if (asksFor(read(join(path, 'package.json')) ?? {}) !== asksFor(entry)) return true;
  }
  return false;
}

export async function installPackages() {
  const fresh = !existsSync(join(root, 'node_modules'));
  const command = fresh ? 'ci' : 'install';
  say(`installing packages (npm ${command}) …`);
  await work('packages are installed', async () => {
    // Whatever NODE_ENV says: the compiler is among them. npm itself shows how far it is.
    const args = [command, '--include=dev', '--include=optional', '--no-audit', '--no-fund'];
    const npm = process.env['npm_execpath'];
    const isNpm = npm !== undefined && /npm-cli\.c?js$/.test(npm);
    const { code } = isNpm
      ? await run(process.execPath, [npm, ...args], { show: true })
      : await run('npm', args, { show: true, shell: process.platform === 'win32' });
    if (code !== 0) {
      throw new Trouble(
        `npm ${command} failed (${code}); its own words are above. Without a network the packages must be in npm's cache. ` +
          `If package.json was changed by hand, run: npm install`,
      );
    }
  });
}

/** @param {string} path @returns {any} */
function read(path) {
  try {
    return JSON.parse(readFileSync(join(root, path), 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Packages for other systems are left out. */
function mayBeMissing(entry) {
  return Boolean(entry.optional || entry.devOptional || entry.peer || entry.os || entry.cpu);
}

function asksFor(description) {
  const lists = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'];
  return JSON.stringify(lists.map((list) => Object.entries(description[list] ?? {}).sort()));
}
