#!/usr/bin/env node
// Freezes the server and the worker of a revision for test/upgrade, which runs them beside those of this tree: the version before.
// Call it when a version is released: `node scripts/freeze-version.mjs REVISION`. A shallow clone has no history, so it is a file.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const [revision] = process.argv.slice(2);
if (!revision) {
  console.error('Say which revision: node scripts/freeze-version.mjs REVISION');
  process.exit(2);
}
const root = fileURLToPath(new URL('../', import.meta.url));
const git = (...args) => execFileSync('git', args, { cwd: root, maxBuffer: 2 ** 28 });

const commit = git('rev-parse', '--verify', `${revision}^{commit}`).toString().trim();
// What the two programs need; nothing of tests and the command, and of the pages only that they are looked for.
const parts = ['protocol', 'plan', 'server', 'worker'].flatMap((name) => [
  `packages/${name}/src`,
  `packages/${name}/package.json`,
]);
const more = ['packages/server/migrations', 'packages/web/package.json'];
const archive = git('-c', 'tar.umask=0022', 'archive', '--format=tar.gz', '-9', commit, ...parts, ...more);
writeFileSync(new URL('../test/upgrade/version-before.tar.gz', import.meta.url), archive);
console.log(`${commit} is frozen, ${Math.ceil(archive.length / 1024)} KB`);
