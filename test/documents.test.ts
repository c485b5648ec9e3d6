// The documents lead somewhere and leave nothing out: links, the list of decisions, the list of dependencies.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path/posix';
import { expect, it } from 'vitest';
import { files, type SourceFile, tableUnder } from './house/tree.ts';
import { repositoryRoot } from './kit/programs.ts';

const pages = await files(/^(docs\/.*|[^/]+)\.md$/);
const decisions = pages.find(({ path }) => path === 'docs/decisions/README.md')?.text ?? '';

it('every link of a document leads to something', () => {
  expect(pages.length).toBeGreaterThan(10);
  expect(pages.flatMap(lostLinks)).toEqual([]);
});

it('every dependency has a line that says what it saves, and no line is left of one that went', async () => {
  const described = tableUnder('Dependencies', decisions).flatMap(([names = '']) =>
    [...names.matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? ''),
  );
  const descriptions = await files(/^(packages\/[^/]+\/)?package\.json$/);
  const wanted = new Set(descriptions.flatMap(dependenciesOf).filter((name) => !name.startsWith('@signalbox/')));
  expect(described.toSorted()).toEqual([...wanted].toSorted());
});

it('every decision and every document is in its index', () => {
  const index = pages.find(({ path }) => path === 'docs/README.md')?.text ?? '';
  const missing = pages.filter(({ path }) => {
    const [folder, name] = [dirname(path), path.slice(dirname(path).length + 1)];
    if (name === 'README.md') return false;
    return folder === 'docs/decisions'
      ? !decisions.includes(`](${name})`)
      : folder === 'docs' && !index.includes(`](${name})`);
  });
  expect(missing.map(({ path }) => path)).toEqual([]);
});

/** Addresses elsewhere are not looked at: the network is not ours. */
function lostLinks({ path, text }: SourceFile): string[] {
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target ?? '');
  return targets
    .filter((target) => !/^(https?:|mailto:)/.test(target))
    .flatMap((target) => {
      const [file = '', anchor] = target.split('#');
      const place = file === '' ? path : join(dirname(path), file);
      if (!existsSync(join(repositoryRoot, place))) return [`${path} links to ${target}, which is not there`];
      const lands = anchor === undefined || anchorsOf(place).includes(anchor);
      return lands ? [] : [`${path} links to ${target}, but ${place} has no such heading`];
    });
}

/** As forges make them of headings. */
function anchorsOf(path: string): string[] {
  const text = pages.find((page) => page.path === path)?.text ?? '';
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    (heading ?? '')
      .toLowerCase()
      .replace(/[^\p{Letter}\p{Number} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function dependenciesOf({ text }: SourceFile): string[] {
  const description = JSON.parse(text) as Record<string, Record<string, string> | undefined>;
  const lists = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'];
  return lists.flatMap((list) => Object.keys(description[list] ?? {}));
}
