// Compiles the TypeScript packages into their dist folders: only what changed. With everything, the types of tests and pages are checked too.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root, run, say, Trouble } from './work.mjs';

const packages = ['protocol', 'plan', 'worker', 'server', 'cli'];

/** @param {'programs' | 'everything'} what */
export async function buildPrograms(what) {
  const compiler = join(root, 'node_modules/typescript', compilerPath());
  const projects = what === 'everything' ? [] : packages.map((name) => join('packages', name));
  const before = stamps();
  const begun = performance.now();
  const { code, output } = await run(process.execPath, [compiler, '-b', ...projects]);
  if (code !== 0) {
    throw new Trouble(
      `${output.trimEnd()}\n\nThe TypeScript does not compile; the errors are above. Check it with: npm run types`,
    );
  }
  if (stamps() !== before) say(`compiled (${((performance.now() - begun) / 1000).toFixed(1)} s)`);
}

function compilerPath() {
  const description = JSON.parse(readFileSync(join(root, 'node_modules/typescript/package.json'), 'utf8'));
  return typeof description.bin === 'string' ? description.bin : description.bin.tsc;
}

/** When each project was compiled last. */
function stamps() {
  const files = packages.map((name) => `packages/${name}/dist/.tsbuildinfo`);
  files.push('node_modules/.cache/web.tsbuildinfo', 'node_modules/.cache/tests.tsbuildinfo');
  return files.map((file) => (existsSync(join(root, file)) ? statSync(join(root, file)).mtimeMs : 0)).join();
}
