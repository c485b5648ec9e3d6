// Installs the npm packages when they are absent or not those of package-lock.json.
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { root, run, say, Trouble, work } from './work.mjs';

/** What is installed (npm's own list in node_modules) is held against what package-lock.json asks for, and that against every package.json. */
export function packagesAreStale() {
  const installed = read('node_modules/.package-lock.json')?.packages;
  if (!installed || !lockIsCurrent()) return true;
  return Object.entries(wanted()).some(([path, entry]) => {
    if (isWorkspace(path)) return false;
    const there = installed[path];
    return there ? there.version !== entry.version : !mayBeMissing(entry);
  });
}

function lockIsCurrent() {
  const workspaces = Object.entries(wanted()).filter(([path]) => isWorkspace(path));
  return (
    workspaces.length > 0 &&
    workspaces.every(([path, entry]) => asksFor(read(join(path, 'package.json')) ?? {}) === asksFor(entry))
  );
}

function wanted() {
  return read('package-lock.json')?.packages ?? {};
}

/** Its entry stands for a package.json of this tree, not for something installed. */
function isWorkspace(path) {
  return !/(^|\/)node_modules\//.test(path);
}

/**
 * `npm install` with the versions of the lock file, which is left alone when it is current. Not `npm ci`: that refuses a
 * lock file without the optional packages of other systems, as it is when it was made from a registry that lacks those.
 */
export async function installPackages() {
  const from = process.env['READY_NODE_MODULES'];
  if (from) return linkPackages(from);
  say('installing packages (npm install) …');
  await work('packages are installed', async () => {
    // Whatever NODE_ENV says: the compiler is among them. npm itself shows how far it is.
    const args = ['install', '--include=dev', '--include=optional', '--no-audit', '--no-fund'];
    if (lockIsCurrent()) args.push('--no-save');
    const npm = process.env['npm_execpath'];
    const isNpm = npm !== undefined && /npm-cli\.c?js$/.test(npm);
    const { code } = isNpm
      ? await run(process.execPath, [npm, ...args], { show: true })
      : await run('npm', args, { show: true, shell: process.platform === 'win32' });
    if (code !== 0) {
      throw new Trouble(
        `npm install failed (${code}); its own words are above. Without a network the packages must be in npm's cache.`,
      );
    }
  });
}

/**
 * Takes the packages that lie installed elsewhere for the same lock file, by links: many checkouts of one machine need one
 * installation. The workspaces' own links are relative, so they stand for this tree.
 */
function linkPackages(from) {
  const modules = join(root, 'node_modules');
  mkdirSync(join(modules, '@signalbox'), { recursive: true });
  for (const name of readdirSync(from)) {
    if (name === '.cache' || name === '@signalbox' || existsSync(join(modules, name))) continue;
    symlinkSync(join(from, name), join(modules, name), 'junction');
  }
  for (const name of readdirSync(join(from, '@signalbox'))) {
    const link = join(modules, '@signalbox', name);
    if (!existsSync(link)) symlinkSync(join(root, 'packages', name), link, 'junction');
  }
  say(`packages are linked from ${from}`);
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
