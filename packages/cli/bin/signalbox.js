#!/usr/bin/env node
// The `signalbox` command. Plain JavaScript, so that it can say what is missing before anything is built.
import { existsSync } from 'node:fs';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Signalbox needs Node 20.19 or newer; this is ${process.version}. Get one from https://nodejs.org`);
  process.exit(1);
}
const built = existsSync(new URL('../dist/main.js', import.meta.url));
const fromSource = process.execArgv.some((word) => /^(-C|--conditions)(=source)?$/.test(word));
if (!built && !fromSource) {
  console.error('Signalbox is not built yet: run: npm run build');
  process.exit(1);
}
const { main } = await import('#main');
process.exitCode = await main(process.argv.slice(2));
