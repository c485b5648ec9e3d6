// Builds the web pages when a source of theirs changed. They are built aside and swapped in: a server may be serving the old ones.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run, Trouble, work } from './work.mjs';

const web = join(root, 'packages/web');
const stamp = join(root, 'node_modules/.cache/signalbox-pages');

export function pagesAreStale() {
  if (!existsSync(join(web, 'index.html'))) return false;
  if (!existsSync(join(web, 'dist/index.html')) || !existsSync(stamp)) return true;
  return readFileSync(stamp, 'utf8') !== sources();
}

export async function buildPages() {
  await work('pages are built', async () => {
    const now = sources();
    const draft = join(web, `dist-${process.pid}`);
    const old = join(web, `dist-old-${process.pid}`);
    const vite = join(root, 'node_modules/vite/bin/vite.js');
    const args = ['build', '--logLevel', 'warn', '--outDir', draft, '--emptyOutDir'];
    const { code, output } = await run(process.execPath, [vite, ...args], { cwd: web });
    if (code !== 0) {
      rmSync(draft, { recursive: true, force: true });
      throw new Trouble(`${output.trimEnd()}\n\nThe pages cannot be built; the errors are above.`);
    }
    if (existsSync(join(web, 'dist'))) renameSync(join(web, 'dist'), old);
    renameSync(draft, join(web, 'dist'));
    rmSync(old, { recursive: true, force: true });
    mkdirSync(join(root, 'node_modules/.cache'), { recursive: true });
    writeFileSync(stamp, now);
  });
}

/** A digest of everything that the pages are made of; a checkout changes times, so contents are read (some 20 ms). */
function sources() {
  const hash = createHash('sha256');
  for (const part of ['packages/web', 'packages/protocol/src', 'package-lock.json']) addTo(hash, part);
  return hash.digest('hex');
}

function addTo(hash, path) {
  if (/(^|\/)(node_modules|dist[^/]*|test)$/.test(path)) return;
  const full = join(root, path);
  let names;
  try {
    names = readdirSync(full).sort();
  } catch (error) {
    if (error.code !== 'ENOTDIR') throw error;
    hash.update(`${path}\0`).update(readFileSync(full)).update('\0');
    return;
  }
  for (const name of names) addTo(hash, `${path}/${name}`);
}
