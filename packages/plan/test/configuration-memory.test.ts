// A configuration is made once from the same files and the same answers, and again as soon as one of them differs.
import { beforeEach, describe, expect, it } from 'vitest';
import { createConfigurationMemory, type TreeReader } from '../src/index.ts';
import type { ScriptFacts } from '../src/script.ts';
import { entry, evaluateHere, type Files, treeOf, usualFacts } from './kit/compile-typescript.ts';

let memory = createConfigurationMemory((text) => text);
beforeEach(() => {
  memory = createConfigurationMemory((text) => text);
});

async function load(files: Files, facts: Partial<ScriptFacts> = {}, tree: TreeReader = treeOf(files)): Promise<string> {
  const { loaded, fromMemory } = await memory.load(tree, evaluateHere, { ...usualFacts, ...facts });
  return `${fromMemory ? 'kept' : 'made'} ${loaded.kind}`;
}

const script =
  "import pools from './pools.json';\nexport default ({ branch }) => ({ jobs: { a: { pool: pools.main, steps: [branch] } } });";
const inTypeScript = { [entry]: script, '.signalbox/pools.json': '{ "main": "linux" }' };
const inYaml = {
  '.signalbox.yml': 'jobs: { a: { matrix: { l: { file: locales.txt } }, steps: [x] } }',
  'locales.txt': 'de\nfr\n',
};

describe.each<[string, Files, string, string]>([
  ['TypeScript', inTypeScript, '.signalbox/pools.json', '{ "main": "mac" }'],
  ['YAML', inYaml, 'locales.txt', 'de\n'],
])('a configuration in %s', (_what, files, imported, other) => {
  it('is made once', async () => {
    expect([await load(files), await load({ ...files, 'src/a.ts': 'changed' })]).toEqual([
      'made configuration',
      'kept configuration',
    ]);
  });

  it('is made again when a file that was read differs, and found again when it is as before', async () => {
    await load(files);
    expect(await load({ ...files, [imported]: other })).toBe('made configuration');
    expect([await load(files), await load({ ...files, [imported]: other })]).toEqual([
      'kept configuration',
      'kept configuration',
    ]);
    const { [imported]: _, ...without } = files;
    expect(await load(without)).toBe('made mistakes');
    expect(await load(files)).toBe('kept configuration');
  });

  it('is made again when a file comes that could be part of it', async () => {
    await load(files);
    expect(await load({ ...files, '.signalbox/more.yml': 'jobs: {}' })).toBe('made mistakes');
  });

  it('is not kept when something could not be read', async () => {
    const broken: TreeReader = { ...treeOf(files), read: async () => ({ kind: 'unreadable', says: 'gone' }) };
    expect([await load(files, {}, broken), await load(files, {}, broken)]).toEqual(['made mistakes', 'made mistakes']);
    expect(await load(files)).toBe('made configuration');
  });
});

it('a script is run again for another answer to what it asked, and only for that', async () => {
  await load(inTypeScript, { branch: 'main', message: 'one' });
  expect(await load(inTypeScript, { branch: 'main', message: 'two', files: ['b'], cause: 'manual' })).toBe(
    'kept configuration',
  );
  expect(await load(inTypeScript, { branch: 'release' })).toBe('made configuration');
  expect(await load(inTypeScript, { branch: 'main' })).toBe('kept configuration');
});

it('each file is read once, whether it is found or made', async () => {
  const read: string[] = [];
  const noting = (files: Files): TreeReader => ({
    ...treeOf(files),
    read: (path) => {
      read.push(path);
      return treeOf(files).read(path);
    },
  });
  await load(inTypeScript, {}, noting(inTypeScript));
  await load(inTypeScript, { branch: 'other' }, noting(inTypeScript));
  expect(read).toEqual([...once, ...once]);
});
const once = ['.signalbox.yml', '.signalbox/config.ts', '.signalbox/pools.json'];

it('what is too much to keep goes, the oldest first', async () => {
  memory = createConfigurationMemory((text) => text, { most: 2 });
  for (const branch of ['a', 'b', 'c']) await load(inTypeScript, { branch });
  expect([await load(inTypeScript, { branch: 'b' }), await load(inTypeScript, { branch: 'a' })]).toEqual([
    'kept configuration',
    'made configuration',
  ]);
  memory = createConfigurationMemory((text) => text, { mostWeight: 10 });
  await load(inTypeScript);
  expect([await load(inTypeScript), await load(inYaml), await load(inTypeScript)]).toEqual([
    'kept configuration',
    'made configuration',
    'made configuration',
  ]);
});
