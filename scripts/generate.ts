// `npm run generate`: writes the generated documents anew, and says which have changed.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { generatedFiles } from './generated.ts';

const root = new URL('../', import.meta.url);

for (const [path, make] of Object.entries(generatedFiles)) {
  const place = fileURLToPath(new URL(path, root));
  const before = await readFile(place, 'utf8').catch(absent);
  const text = make(before);
  if (text === before) continue;
  await writeFile(place, text);
  console.log(`${before === '' ? 'made' : 'changed'} ${path}`);
}

function absent(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return '';
  throw error;
}
