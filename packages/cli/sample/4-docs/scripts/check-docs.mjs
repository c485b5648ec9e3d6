// Every link of the documents must lead to a file.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

let broken = 0;
for (const file of readdirSync('docs')) {
  const lines = readFileSync(join('docs', file), 'utf8').split('\n');
  for (const [index, line] of lines.entries()) {
    for (const [, target] of line.matchAll(/\]\(([^)]+)\)/g)) {
      const isThere = existsSync(join('docs', target));
      console.log(`${isThere ? '\x1b[32m✔\x1b[0m' : '\x1b[31m✖\x1b[0m'} docs/${file}:${index + 1} ${target}`);
      if (!isThere) broken += 1;
    }
  }
}
process.exitCode = broken > 0 ? 1 : 0;
