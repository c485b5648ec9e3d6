// A configuration of several files, and values of a matrix that stand in files of the tree.
import { expect, test } from 'vitest';
import { limits, loadConfiguration, planPush, type TreeReader } from '../src/index.ts';
import { onMain } from './kit/compile-text.ts';

/** A tree of these files; what was read is written down. */
function treeOf(files: Readonly<Record<string, string>>, reads: string[] = []): TreeReader {
  return {
    list: async (directory) =>
      Object.keys(files).flatMap((path) =>
        path.startsWith(`${directory}/`) ? [path.slice(directory.length + 1)] : [],
      ),
    read: async (path) => {
      reads.push(path);
      const text = files[path];
      return text === undefined ? { kind: 'absent' } : { kind: 'text', text };
    },
  };
}

async function told(files: Readonly<Record<string, string>>): Promise<string[]> {
  const loaded = await loadConfiguration(treeOf(files));
  if (loaded.kind !== 'mistakes') throw new Error(`mistakes were expected, not ${loaded.kind}`);
  return loaded.mistakes.map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`);
}

async function planned(files: Readonly<Record<string, string>>) {
  const loaded = await loadConfiguration(treeOf(files));
  if (loaded.kind !== 'configuration') throw new Error(JSON.stringify(loaded));
  return planPush(loaded.configuration, onMain.push, onMain.cause);
}

test('the files of .signalbox/ are one configuration: jobs need jobs and apply templates of other files', async () => {
  const { jobs } = await planned({
    '.signalbox/build.yml': 'templates: { linux: { pool: linux } }\njobs:\n  build: { template: linux, steps: [x] }\n',
    '.signalbox/test.yaml': 'x-a: &a [x]\njobs:\n  test: { template: linux, needs: [build], steps: *a }\n',
    '.signalbox/notes.txt': 'not read',
  });
  expect(jobs.map(({ name, pool, origin }) => [name, pool, `${origin.file}:${origin.line}`])).toEqual([
    ['build', 'linux', '.signalbox/build.yml:3'],
    ['test', 'linux', '.signalbox/test.yaml:3'],
  ]);
});

test('mistakes of every file are told with their own file and line', async () => {
  expect(
    await told({
      '.signalbox/a.yml': 'env: { A: 1 }\njobs:\n  one: { steps: [x] }\n  two: { stepz: [x] }\n',
      '.signalbox/b.yml': '\ufeffenv: { B: 1 }\njobs:\n  one: { steps: [x] }\n  three: { needs: [ones], steps: [x] }\n',
    }),
  ).toEqual([
    '.signalbox/a.yml:4:10: a job has no key `stepz`',
    '.signalbox/b.yml:1:1: `env` is here twice; the first is on .signalbox/a.yml:1',
    '.signalbox/b.yml:3:3: `one` is here twice; the first is on .signalbox/a.yml:3',
    '.signalbox/b.yml:4:20: there is no job `ones` to need',
  ]);
});

test('a file that is no YAML is told alone: with it missing, its names would be called unknown', async () => {
  expect(
    await told({
      '.signalbox/a.yml': 'jobs:\n  one: { needs: [two], steps: [x] }\n',
      '.signalbox/b.yml': 'jobs:\n  two: { steps: [x]\n',
    }),
  ).toEqual([expect.stringMatching(/^\.signalbox\/b\.yml:\d+:\d+: this is not YAML/)]);
});

test('a file and a directory beside each other are refused; without either there is no configuration', async () => {
  expect(await told({ '.signalbox.yml': 'jobs: {}', '.signalbox/a.yml': 'jobs: {}' })).toEqual([
    '.signalbox.yml:1:1: the configuration is in this file, and also in `.signalbox/a.yml`',
  ]);
  expect(await loadConfiguration(treeOf({ 'README.md': '' }))).toEqual({ kind: 'absent' });
});

const locales = (path: string, key?: string) =>
  `jobs:\n  l10n:\n    matrix: { locale: { file: ${path}${key ? `, key: ${key}` : ''} } }\n    steps: [x]\n`;

test('a matrix takes its values from lines, from a list, from the keys of a manifest', async () => {
  const names = async (files: Record<string, string>) => (await planned(files)).jobs.map(({ name }) => name);
  const lines = { '.signalbox.yml': locales('all-locales'), 'all-locales': '# all\nde\n\n  fr # French\r\nja-JP-mac' };
  expect(await names(lines)).toEqual(['l10n-de', 'l10n-fr', 'l10n-ja-JP-mac']);
  const list = {
    '.signalbox.yml': locales('l.json', 'browser.locales'),
    'l.json': '{"browser":{"locales":["de","fr"]}}',
  };
  expect(await names(list)).toEqual(['l10n-de', 'l10n-fr']);
  const keys = { '.signalbox.yml': locales('changesets.json'), 'changesets.json': '{"de":{"revision":"x"},"it":{}}' };
  expect(await names(keys)).toEqual(['l10n-de', 'l10n-it']);
});

test('what is wrong with such a file is told where it is named; what is wrong in it, there', async () => {
  const one = async (path: string, files: Record<string, string>, key?: string) =>
    (await told({ '.signalbox.yml': locales(path, key), ...files }))[0];
  expect(await one('none', {})).toBe('.signalbox.yml:3:31: there is no file `none` in the tree');
  expect(await one('empty', { empty: '# nothing\n' })).toBe('.signalbox.yml:3:31: `empty` holds nothing there');
  expect(await one('a.json', { 'a.json': '{"b": 1}' }, 'c')).toBe(
    '.signalbox.yml:3:31: the file has no `c` to go into',
  );
  expect(await one('a.json', { 'a.json': '[{}]' })).toBe('.signalbox.yml:3:31: `a.json` holds no list of words there');
  expect(await one('a.json', { 'a.json': '{"b":\n ]' })).toMatch(/^a\.json:1:6: this is not YAML/);
  expect(await one('twice', { twice: 'de\nde\n' })).toBe('twice:2:1: `de` is among the values of `locale` twice');
  expect(await one('long', { long: 'x'.repeat(101) })).toMatch(/^\.signalbox\.yml:3:31: .* cannot be a value$/);
  const many = Array.from({ length: limits.matrixFile.most + 1 }, (_, index) => `l${index}`).join('\n');
  expect(await one('many', { many })).toMatch(/5,001 values; 5,000 are the limit/);
  expect(await one('../up', {})).toMatch(/the path of a file/);
});

test('each file is read once, and only those that are asked for', async () => {
  const reads: string[] = [];
  const files = {
    '.signalbox.yml': `jobs:
  a: { matrix: { x: { file: one }, y: { file: two } }, steps: [x] }
  b: { matrix: { x: { file: one } }, steps: [x] }
`,
    one: '1\n',
    two: '2\n',
    three: '3\n',
  };
  const loaded = await loadConfiguration(treeOf(files, reads));
  expect(loaded.kind).toBe('configuration');
  expect(reads).toEqual(['.signalbox.yml', 'one', 'two']);
});
