// Puts all sources into one file, and says so in colours.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';

const platform = process.env.MATRIX_PLATFORM ?? 'linux';
const green = (text) => `\x1b[32m${text}\x1b[0m`;
const dim = (text) => `\x1b[2m${text}\x1b[0m`;

const files = readdirSync('src').sort();
const parts = files.map((file) => {
  const text = readFileSync(`src/${file}`, 'utf8');
  console.log(`${green('●')} src/${file} ${dim(`${text.length} characters`)}`);
  return text;
});
mkdirSync('dist', { recursive: true });
writeFileSync(`dist/junction-${platform}.js`, parts.join('\n'));
console.log(`\x1b[1;42;30m built \x1b[0m dist/junction-${platform}.js, from ${files.length} files`);
