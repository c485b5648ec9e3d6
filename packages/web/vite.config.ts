// How the pages are built: hashed files in dist/assets, everything of our own origin, protocol taken from its source.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defaultClientConditions, defineConfig, type Plugin } from 'vite';

const server = process.env['SIGNALBOX_SERVER'] ?? 'http://127.0.0.1:8080';
const served = ['/api', '/archive', '/docs', '/openapi.json'];

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), gzipped()],
  resolve: { conditions: ['source', ...defaultClientConditions] },
  server: { proxy: Object.fromEntries(served.map((path) => [path, { target: server }])) },
  build: {
    // light-dark() and relative colours stay as written: the log's colours are computed with them.
    target: ['chrome123', 'firefox128', 'safari17.5'],
    cssTarget: ['chrome123', 'firefox128', 'safari17.5'],
    // No file as data: in a script or a style sheet, and no polyfill: the content security policy is strict.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});

/** Beside each asset its gzip, so that a server sends a third of the bytes without compressing anything itself. */
function gzipped(): Plugin {
  let out = '';
  return {
    name: 'signalbox-gzipped',
    apply: 'build',
    configResolved: (config) => {
      out = path.resolve(config.root, config.build.outDir, config.build.assetsDir);
    },
    async closeBundle() {
      for (const name of await readdir(out)) {
        if (!/\.(js|css)$/.test(name)) continue;
        const file = path.join(out, name);
        await writeFile(`${file}.gz`, gzipSync(await readFile(file), { level: 9 }));
      }
    },
  };
}
