// The types that editors complete from: held against the schema, and against the compiler itself.
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { temporaryDirectory } from '../../../test/kit/temporary.ts';
import { configSchema, declarationsText, packageManagers, starterScript } from '../src/index.ts';
import type { Schema } from '../src/schema/shape.ts';
import { planned, toldOf } from './kit/compile-typescript.ts';

const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');

/** What the compiler says of a tree that `init --typescript` made, with these files in it. */
async function compilerSays(files: Readonly<Record<string, string>>): Promise<string[]> {
  const directory = await temporaryDirectory('types');
  for (const [path, text] of Object.entries({ ...starterScript('npm'), ...files })) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), text);
  }
  const ran = promisify(execFile)(process.execPath, [compiler, '-p', '.signalbox', '--pretty', 'false'], {
    cwd: directory,
  });
  const { stdout } = await ran.catch((error: { stdout: string }) => error);
  return stdout
    .trim()
    .split('\n')
    .filter((line) => line !== '');
}

it('every key of the schema is a key of the types, with what it is for', () => {
  const text = declarationsText();
  const seen = new Set<Schema>();
  const walk = (schema: Schema): void => {
    if (seen.has(schema)) return;
    seen.add(schema);
    for (const [key, under] of Object.entries(schema.properties ?? {})) {
      expect(text).toMatch(new RegExp(`readonly '?${key}'?\\??: `));
      if (under.description !== undefined) expect(text).toContain(under.description.replaceAll('*/', '*\\/'));
    }
    const { additionalProperties: others, items, anyOf = [], properties = {} } = schema;
    const under = [...Object.values(properties), ...anyOf, ...(items ? [items] : []), ...(others ? [others] : [])];
    for (const each of under) walk(each);
  };
  walk(configSchema);
  expect(seen.size).toBeGreaterThan(80);
});

it('a starter passes the compiler, and is a plan as it stands', { timeout: 60_000 }, async () => {
  expect(await compilerSays({})).toEqual([]);
  for (const packageManager of [undefined, ...packageManagers]) {
    const { jobs } = await planned(starterScript(packageManager));
    expect(jobs.map(({ name }) => name)).toEqual(['test-linux']);
  }
});

it('what is right passes the compiler and the planner; a slip is told by both', { timeout: 60_000 }, async () => {
  const right = `import { type Configuration, type Context, defineConfig, type Entry, type Step } from 'signalbox';
import locales from '../locales.json' with { type: 'json' };
import script from './build.sh' with { type: 'text' };
const steps: Step[] = ['make', { name: 'x', script, shell: 'bash', 'may-fail': true }];
function lane({ branch, push, files, parameters }: Context): Entry {
  return { on: 'push', needs: ['a', { job: 'b', optional: true }], env: { A: 1, B: branch, C: parameters['x'] }, steps, priority: files?.length ?? 0, 'if-changed': [push.cause] };
}
const made: Configuration = { jobs: {}, 'x-mine': { anything: 1 }, 'error-patterns': [{ name: 'x', contains: 'bad luck' }] };
export default defineConfig(async (context) => ({
  ...made,
  templates: { t: { pool: 'linux' } },
  jobs: {
    ...Object.fromEntries(locales.map((locale) => ["l10n-" + locale, lane(context)])),
    ask: { gate: 'Ship it?', needs: ['a'] },
    a: { template: 't', steps, matrix: { os: ['linux', 3.1, true], include: [{ os: 'mac' }], exclude: [{ os: 'linux' }] } },
    b: { steps: ['make'], results: ['x.xml', { files: 'u.json', format: 'go-test' }], when: { branch: ['main'] }, coalesce: 3 },
  },
}));
`;
  const files = { '.signalbox/config.ts': right, 'locales.json': '["de"]', '.signalbox/build.sh': 'make\n' };
  expect(await compilerSays(files)).toEqual([]);
  expect(await toldOf(files)).toEqual([]);

  const slips: readonly (readonly [string, string])[] = [
    ["{ jobs: { a: { stepz: ['x'] } } }", 'stepz'],
    ["{ jobs: { a: { steps: [{ script: 'x', shell: 'zsh' }] } } }", 'zsh'],
    ["{ jobs: { a: { steps: ['x'], timeout: 30 } } }", 'number'],
    ["{ job: { a: { steps: ['x'] } } }", 'job'],
  ];
  for (const [index, [model]] of slips.entries()) {
    expect(await toldOf(`export default () => (${model})`), String(index)).not.toEqual([]);
  }
  const wrong = slips.map(([model], index) => [
    `.signalbox/wrong-${index}.ts`,
    `import { defineConfig } from 'signalbox';\nexport default defineConfig(() => (${model}));\n`,
  ]);
  const all = slips.map((_, index) => `import './wrong-${index}.ts';\n`).join('');
  const said = await compilerSays({ ...Object.fromEntries(wrong), '.signalbox/config.ts': all });
  for (const [index, [, word]] of slips.entries()) {
    const line = said.find((each) => each.includes(`wrong-${index}.ts(2,`));
    expect(line, `${index}: ${said.join('\n')}`).toBeDefined();
    expect(said.join('\n')).toContain(word);
  }
});
