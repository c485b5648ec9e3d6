// Holds the imports of each package against its package.json, and against where it must be able to run.
import { importsOf } from './imports.ts';
import type { SourceFile } from './tree.ts';

export type Description = {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
};

/** These run in browsers too: nothing of Node. */
const everywhere = new Set(['@signalbox/protocol', '@signalbox/plan', '@signalbox/web']);
/** But for this folder: threads in which configurations in TypeScript run, an entry of its own. */
const onNodeOnly = 'packages/plan/src/thread/';
/** Bundled when it is built: what it uses is not installed with it. */
const bundled = '@signalbox/web';

/** The one file that loads by name what it may not import: the command starts server and worker as programs. */
const loader = 'packages/cli/src/programs.ts';

export function unlistedImports(sources: readonly SourceFile[], description: Description): string[] {
  const installed = { ...description.dependencies, ...description.optionalDependencies };
  const atBuild = { ...installed, ...description.devDependencies };
  return sources.flatMap(({ path, text }) =>
    importsOf(text).flatMap(({ name, isTypeOnly }) => {
      if (name === '(computed)') return path === loader ? [] : [`${path} imports a computed name: write it out`];
      if (name.startsWith('.') || name.startsWith('#')) return [];
      if (name.startsWith('node:')) {
        if (!everywhere.has(description.name) || isTypeOnly || path.startsWith(onNodeOnly)) return [];
        return [`${path} imports ${name}, but ${description.name} runs in browsers too`];
      }
      const listed = isTypeOnly || description.name === bundled ? atBuild : installed;
      const wanted = name
        .split('/')
        .slice(0, name.startsWith('@') ? 2 : 1)
        .join('/');
      const types = `@types/${wanted.replace('@', '').replace('/', '__')}`;
      if (wanted in listed || (isTypeOnly && types in listed)) return [];
      return [`${path} imports ${name}, which the package.json of ${description.name} does not list`];
    }),
  );
}
