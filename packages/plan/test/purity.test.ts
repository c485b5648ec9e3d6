// The package runs on a server, a laptop and in a browser: it reads no clock, no disk and no environment. What runs
// configurations in TypeScript is beside it: nothing else imports it, and only its threads need Node.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const src = new URL('../src/', import.meta.url);
const all = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
const files = all.filter((name) => !name.startsWith('thread/'));
const engines = ['acorn', 'quickjs-wasi', '@swc/wasm-typescript'];

test.each(files)('%s is pure', (name) => {
  const text = readFileSync(new URL(name, src), 'utf8');
  const imports = [...text.matchAll(/^(import|export) (type )?[^;]*? from '([^']+)';/gms)].map(([, , type, from]) => ({
    isType: type !== undefined,
    from: from ?? '',
  }));
  const isForTypeScript = name.startsWith('typescript/');
  for (const { isType, from } of imports) {
    // Types of the contract cost nothing; its schemas would weigh more than a page.
    const isFine =
      (from.startsWith('.') && (isForTypeScript || isType || !/\/(typescript|thread)\//.test(from))) ||
      (isForTypeScript && engines.includes(from)) ||
      from === 'yaml' ||
      from === 'fastest-levenshtein' ||
      from === 're2js' ||
      (isType && from === '@signalbox/protocol');
    expect(isFine, from).toBe(true);
  }
  expect(text).not.toMatch(/\b(Date|process|Math\.random|performance|globalThis|setTimeout|fetch|console)\b[.(]/);
});
