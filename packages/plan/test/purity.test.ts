// The package runs on a server, a laptop and in a browser: it reads no clock, no disk and no environment.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const src = new URL('../src/', import.meta.url);
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));

test.each(files)('%s is pure', (name) => {
  const text = readFileSync(new URL(name, src), 'utf8');
  const imports = [...text.matchAll(/^(import|export) (type )?[^;]*? from '([^']+)';/gms)].map(([, , type, from]) => ({
    isType: type !== undefined,
    from: from ?? '',
  }));
  for (const { isType, from } of imports) {
    // Types of the contract cost nothing; its schemas would weigh more than a page.
    const isFine =
      from.startsWith('.') ||
      from === 'yaml' ||
      from === 'fastest-levenshtein' ||
      from === 're2js' ||
      (isType && from === '@signalbox/protocol');
    expect(isFine, from).toBe(true);
  }
  expect(text).not.toMatch(/\b(Date|process|Math\.random|performance|globalThis|setTimeout|fetch|console)\b[.(]/);
});
