// The documents that are made from the code say what the code says.
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { generatedFiles } from '../scripts/generated.ts';
import { repositoryRoot } from './kit/programs.ts';

it.each(Object.entries(generatedFiles))('%s is what `npm run generate` makes', async (path, make) => {
  const text = await readFile(join(repositoryRoot, path), 'utf8');
  expect(text, 'write it anew: npm run generate').toBe(make(text));
});

it('no default of the settings page is a directory of the machine on which it was made', async () => {
  const page = generatedFiles['docs/settings.md']?.('') ?? '';
  expect(page).toContain('`SIGNALBOX_DATA`');
  expect(page).not.toContain(`\`${join(homedir(), '')}`);
});
