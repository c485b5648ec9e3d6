// The rules of the house, held against the whole tree: floors, owners of tables, packages, names, format and lint.
import { execFile } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { emptyNamed, machineTraces, withoutOpening } from './house/files.ts';
import { readFloors, wrongImports } from './house/floors.ts';
import { importsOf } from './house/imports.ts';
import { unlistedImports } from './house/packages.ts';
import { readOwners, unownedTables, wrongWrites } from './house/tables.ts';
import { files, type SourceFile } from './house/tree.ts';
import { repositoryRoot } from './kit/programs.ts';

const architecture = (await files(/^ARCHITECTURE\.md$/))[0]?.text ?? '';
const source = (path: string, text: string): SourceFile => ({ path, text });

describe('imports', () => {
  it('go down the floors of ARCHITECTURE.md only, never to a neighbour', async () => {
    const floors = readFloors(architecture);
    expect(floors.length).toBeGreaterThan(10);
    expect(wrongImports(await files(/^packages\/[^/]+\/src\/.*\.tsx?$/), floors)).toEqual([]);
  });

  it.each([
    ['packages/server/src/queue/a.ts', "import { b } from '../source/index.ts';", 'its neighbour'],
    ['packages/server/src/queue/a.ts', "import type { b } from '../source/index.ts';", 'its neighbour'],
    ['packages/server/src/queue/a.ts', "import {\n  b,\n  c,\n} from '../flow/x.ts';", 'what stands above it'],
    ['packages/server/src/queue/a.ts', "  const x = await import('../flow/x.ts');", 'what stands above it'],
    ['packages/server/src/queue/a.ts', "export * from '../http/x.ts';", 'what stands above it'],
    ['packages/server/src/queue/a.ts', "import '../http/x.ts';", 'what stands above it'],
    ['packages/server/src/queue/a.ts', "let x: typeof import('../record/x.ts');", 'its neighbour'],
    ['packages/server/src/base/a.ts', "import { b } from '@signalbox/plan';", 'its neighbour'],
    ['packages/protocol/src/a.ts', "import { b } from '@signalbox/plan';", 'what stands above it'],
    ['packages/cli/src/a.ts', "import { b } from '@signalbox/server';", 'what stands above it'],
    ['packages/server/src/new-room/a.ts', '', 'stands on no floor'],
    ['packages/server/src/flow/a.ts', "import { b } from '../new-room/a.ts';", 'which stands on no floor'],
  ])('the check finds a wrong one: %s %s', (path, text, problem) => {
    expect(wrongImports([source(path, text)], readFloors(architecture))).toEqual([expect.stringContaining(problem)]);
  });

  it('the check lets right ones be', () => {
    const right = [
      source('packages/server/src/queue/a.ts', "import { b } from './b.ts';\nimport { c } from '../base/index.ts';"),
      source('packages/server/src/main.ts', "import { b } from './settings.ts';\nimport { c } from './flow/c.ts';"),
      source('packages/server/src/flow/a.ts', "import { b } from '@signalbox/plan';\nimport pg from 'pg';"),
      source('packages/server/src/queue/a.ts', "// import { b } from '../flow/b.ts';\n/* import('../flow/b.ts') */\n"),
    ];
    expect(wrongImports(right, readFloors(architecture))).toEqual([]);
  });

  it('are of what the package.json lists', async () => {
    const descriptions = await files(/^packages\/[^/]+\/package\.json$/);
    expect(descriptions.length).toBeGreaterThanOrEqual(6);
    for (const { path, text } of descriptions) {
      const folder = path.replace('package.json', 'src/');
      const sources = await files(new RegExp(`^${folder}.*\\.tsx?$`));
      expect(unlistedImports(sources, JSON.parse(text))).toEqual([]);
    }
  });

  it.each([
    ["import x from 'left-pad';", '@signalbox/worker', 'does not list'],
    ["import x from 'tool';", '@signalbox/worker', 'does not list'],
    ["import x from '@a/b/c';", '@signalbox/worker', 'does not list'],
    ["import x from 'node:fs';", '@signalbox/plan', 'runs in browsers too'],
    ['const x = await import(name);', '@signalbox/worker', 'computed name'],
  ])('the check finds an unlisted one: %s', (text, name, problem) => {
    const description = { name, dependencies: { pg: '8' }, devDependencies: { tool: '1', '@types/left-pad': '1' } };
    expect(unlistedImports([source('a.ts', text)], description)).toEqual([expect.stringContaining(problem)]);
    const right = "import pg from 'pg';\nimport type { a } from 'tool';\nimport './b.ts';\nimport fs from 'node:fs';";
    expect(unlistedImports([source('a.ts', right)], { ...description, name: '@signalbox/server' })).toEqual([]);
  });

  it('are found in every form', () => {
    const text =
      "import a from 'a';\nimport type { b } from 'b';\nexport { c } from 'c';\nimport 'd';\nf(() => import('e'));";
    expect(importsOf(text).map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });
});

describe('tables', () => {
  it('are written by the room that owns them, and by nobody else', async () => {
    const sources = await files(/^packages\/server\/src\/.*\.ts$/);
    expect(wrongWrites(sources, readOwners(architecture))).toEqual([]);
  });

  it('have an owner each', async () => {
    const made = await files(/^packages\/server\/(migrations\/.*\.sql|src\/base\/migrate\.ts)$/);
    expect(made.length).toBeGreaterThan(1);
    expect(unownedTables(made, readOwners(architecture))).toEqual([]);
  });

  it.each([
    ['insert into job (id) values (1)', 'writes job, which only queue may'],
    ['with x as (delete from log where true returning 1) select 1', 'writes log, which only record may'],
    ['update job set verdict = 1', 'writes job'],
    ['update only job as j\n  set verdict = 1', 'writes job'],
    ['truncate table branch', 'writes branch'],
    ['insert into nowhere values (1)', 'which no room owns'],
    [`insert into \${table} values (1)`, 'a computed name'],
    [`update \${table} set x = 1`, 'a computed name'],
  ])('the check finds a wrong write: %s', (statement, problem) => {
    const text = `const x = sql\`\n  ${statement}\n\`;`;
    const found = wrongWrites([source('packages/server/src/flow/a.ts', text)], readOwners(architecture));
    expect(found).toEqual([expect.stringContaining(problem)]);
  });

  it('the check lets right writes be', () => {
    const text = `sql\`
      insert into job (id) values (1) on conflict (id) do update set verdict = 1;
      select id from run for update skip locked; update job j set id = 1;
    \`;\n// update push set nothing: only said, not done`;
    const found = wrongWrites([source('packages/server/src/queue/a.ts', text)], readOwners(architecture));
    expect(found).toEqual([]);
  });

  it('the check finds a table without an owner, and an owner without a table', () => {
    const migration = source(
      '1.sql',
      'create table job (id int); create table stray (id int); create table old (); drop table old;',
    );
    const owners = new Map([
      ['job', 'queue'],
      ['lost', 'record'],
    ]);
    expect(unownedTables([migration], owners)).toEqual([
      'stray is made, but no room owns it',
      'lost is owned, but never made',
    ]);
  });
});

describe('files', () => {
  it('have names that say something', async () => {
    expect(emptyNamed(await files())).toEqual([]);
    expect(
      emptyNamed([source('src/utils.ts', ''), source('src/common/a.ts', ''), source('a/log-helpers.ts', '')]),
    ).toHaveLength(3);
    expect(emptyNamed([source('src/commonmark.ts', ''), source('src/claim.ts', '')])).toEqual([]);
  });

  it('begin with a comment that says what they are', async () => {
    expect(withoutOpening(await files())).toEqual([]);
    expect(
      withoutOpening([source('a.ts', "import x from 'x';"), source('b.js', '#!/usr/bin/env node\nf();')]),
    ).toHaveLength(2);
    expect(withoutOpening([source('b.js', '#!/usr/bin/env node\n// Does f.\nf();')])).toEqual([]);
  });

  it('hold no path of the machine they were written on, and no address of a registry', async () => {
    const home = homedir();
    const traces = [`${repositoryRoot}/`, ...(['/root', '/', ''].includes(home) ? [] : [`${home}/`])];
    expect(machineTraces(await files(), traces)).toEqual([]);
    const bad = [source('a.json', `"resolved": "https://${'registry'}.example.org/x"`), source('b.md', '/home/me/x')];
    expect(machineTraces(bad, ['/home/me/'])).toHaveLength(2);
  });

  it('are formatted and pass the linter', async () => {
    const biome = join(repositoryRoot, 'node_modules/@biomejs/biome/bin/biome');
    const args = [biome, 'check', '--error-on-warnings', '--colors=off', '--max-diagnostics=10', '.'];
    const lint = promisify(execFile)(process.execPath, args, { cwd: repositoryRoot, maxBuffer: 2 ** 26 });
    await lint.catch((error: { stdout: string; stderr: string }) => {
      throw new Error(`repair it with: npm run format\n${error.stdout}${error.stderr}`);
    });
  });
});
