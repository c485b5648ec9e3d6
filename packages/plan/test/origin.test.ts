// Where does this come from? Every field of every job has a value, and the lines that made it.
import { readFileSync } from 'node:fs';
import type { FieldOrigin } from '@signalbox/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { secondsOf } from '../src/durations.ts';
import { type Configuration, explainConfig, printOrigins, readConfiguration } from '../src/index.ts';
import { configSchema } from '../src/schema/file.ts';
import { gateTable } from '../src/schema/gate.ts';
import { jobTable } from '../src/schema/job.ts';
import type { Schema } from '../src/schema/shape.ts';
import { fileOf, planOf } from './kit/compile-text.ts';
import { loaded } from './kit/compile-typescript.ts';

function configurationOf(text: string, data: Record<string, string> = {}): Configuration {
  const read = readConfiguration({ files: fileOf(text), data: new Map(Object.entries(data)) });
  if (read.kind === 'configuration') return read.configuration;
  throw new Error(JSON.stringify(read));
}

function fieldsOf(text: string, word: string, data?: Record<string, string>): readonly FieldOrigin[] {
  const explained = explainConfig(configurationOf(text, data), word);
  if (explained.kind === 'origins') return explained.origins.fields;
  throw new Error(`${explained.says}; ${explained.hint}`);
}

/** `kind line:column` of each step, and the value before it. */
function wayOf(text: string, word: string, data?: Record<string, string>): unknown[] {
  const [field, ...more] = fieldsOf(text, word, data);
  expect(more).toEqual([]);
  return [
    field?.value,
    ...(field?.chain ?? []).map(({ kind, file, line, column }) => `${kind} ${where(file)}${line}:${column}`),
  ];
}
const where = (file: string) => (file === '.signalbox.yml' ? '' : `${file} `);

const full = `x-base: &base { tier: 2, env: { LEVEL: debug } }
x-clean: &clean { script: rm -rf out, always: true }
env: { CI: yes, LEVEL: info }
error-patterns: [{ name: ours, contains: FAILED-BY-US }]
templates:
  built:
    pool: build-\${{ matrix.platform }}
    timeout: 30m
    env: { CC: "\${{ matrix.cc }}", LEVEL: template }
jobs:
  build:
    <<: *base
    template: [built]
    matrix:
      platform: [linux, mac]
      cc: { file: compilers.json, key: c }
      include: [{ platform: win, cc: msvc }]
    env: { CC_LAUNCHER: ccache }
    steps:
      - make -j\${{ matrix.cc }}
      - *clean
  ask: { gate: Ship it?, needs: [build-win-msvc] }
  test: { chunks: 2, needs: [{ job: build, optional: true }], steps: ["run \${{ matrix.chunk }}"] }
`;
const compilers = { 'compilers.json': '{ "c": [\n  "gcc",\n  "clang"\n] }\n' };
const lane = 'build-mac-clang';

test('a value of a template that is filled in from a matrix names the template, its line, the expression and the value', () => {
  expect(wayOf(full, `${lane}.pool`, compilers)).toEqual([
    ...['build-mac', 'template 13:16', 'written 7:11', 'expression 7:17', 'matrix 15:25'],
  ]);
});

test('a value from a file of the tree leads into that file', () => {
  expect(wayOf(full, `${lane}.env.CC`, compilers)).toEqual([
    ...['clang', 'template 13:16', 'written 9:16', 'expression 9:17', 'matrix 16:19', 'file compilers.json 3:3'],
  ]);
  expect(wayOf(full, 'build-win-msvc.env.CC', compilers).slice(-1)).toEqual(['matrix 17:38']);
});

test('what came by an anchor or a merge names the place that took it over, and where it was written', () => {
  expect(wayOf(full, `${lane}.tier`, compilers)).toEqual([2, 'anchor 12:9', 'written 1:23']);
  expect(wayOf(full, `${lane}.steps[1].always`, compilers)).toEqual([true, 'anchor 21:9', 'written 2:47']);
});

test('an environment is of the job, its template, its matrix and the file, name by name', () => {
  const nameOf = (name: string) => wayOf(full, `${lane}.env.${name}`, compilers);
  expect(nameOf('CC_LAUNCHER')).toEqual(['ccache', 'written 18:25']);
  // The job's own `env` hides that of its merge; the template's is joined.
  expect(nameOf('LEVEL')).toEqual(['template', 'template 13:16', 'written 9:43']);
  expect(nameOf('MATRIX_PLATFORM')).toEqual(['mac', 'matrix 15:25']);
  expect(nameOf('CI')).toEqual(['yes', 'written 3:12']);
  expect(wayOf(full, 'test-2.env.MATRIX_CHUNKS', compilers)).toEqual(['2', 'chunk 23:19']);
});

test('what is not said is a default, or comes from what is said', () => {
  expect(wayOf(full, `${lane}.attempts`, compilers)).toEqual([3, 'default 11:3']);
  expect(wayOf(full, `${lane}.platform`, compilers)).toEqual(['mac', 'default 11:3', 'matrix 15:25']);
  expect(wayOf(full, `${lane}.steps[0].timeout`, compilers)).toEqual([
    '30m',
    'default 20:9',
    'template 13:16',
    'written 8:14',
  ]);
  expect(wayOf(full, `${lane}.steps[0].name`, compilers)).toEqual([
    ...['make -jclang', 'default 20:9', 'written 20:9', 'expression 20:16', 'matrix 16:19', 'file compilers.json 3:3'],
  ]);
  expect(wayOf(full, 'test-1.symbol', compilers)).toEqual(['Te', 'default 23:3', 'written 23:3']);
  expect(wayOf(full, 'test-1.when.branch', compilers)).toEqual([null, 'default 23:3']);
  expect(wayOf(full, 'test-1.needs[0].job', compilers)).toEqual(['build', 'written 23:37']);
  expect(wayOf(full, 'ask.needs[0].optional', compilers)).toEqual([false, 'default 22:34']);
});

test('a lane alone tells all its fields; a part of it all that is below', () => {
  const names = (word: string) => fieldsOf(full, word, compilers).map(({ field }) => field);
  expect(names(`${lane}.env`).sort()).toEqual(
    ['env.CC_LAUNCHER', 'env.CC', 'env.LEVEL', 'env.MATRIX_PLATFORM', 'env.MATRIX_CC', 'env.CI'].sort(),
  );
  expect(names(`${lane}.steps[1]`)).toEqual(
    ['name', 'script', 'shell', 'timeout', 'silent-timeout', 'always', 'may-fail'].map((key) => `steps[1].${key}`),
  );
  const all = names(lane);
  for (const key of Object.keys(jobTable.properties ?? {}))
    expect(
      all.some((each) => each.split(/[.[]/)[0] === key),
      key,
    ).toBe(true);
  expect(names('test-2')).toContain('attributes.chunk.number');
});

test('a lane or a field that is not there is answered with the nearest that is', () => {
  const unknown = (word: string) => {
    const explained = explainConfig(configurationOf(full, compilers), word);
    return explained.kind === 'unknown' ? [explained.says, explained.hint] : explained;
  };
  expect(unknown('build-mac-clamg.pool')).toEqual([
    'there is no lane `build-mac-clamg`',
    'did you mean `build-mac-clang.pool`?',
  ]);
  expect(unknown('build.pool')).toEqual([
    '`build` is 5 lanes of a matrix',
    expect.stringContaining('`build-linux-gcc`'),
  ]);
  expect(unknown(`${lane}.pol`)).toEqual([`the job \`${lane}\` has no field \`pol\``, 'did you mean `pool`?']);
  expect(unknown(`${lane}.runs-on`)).toEqual([expect.any(String), 'it is called `pool` here']);
  expect(unknown(`${lane}.env.LEVLE`)).toEqual([expect.any(String), 'did you mean `env.LEVEL`?']);
  expect(unknown(`${lane}.steps[7].script`)).toEqual([expect.any(String), 'did you mean `steps[0].script`?']);
  expect(unknown('ask.pool')).toEqual(['the gate `ask` has no field `pool`', expect.any(String)]);
  expect(unknown('')).toEqual(['there is no lane ``', expect.stringContaining('there are')]);
});

/** Every path that the schema knows; an entry of a list is its first. */
function pathsOf(schema: Schema, path = ''): string[] {
  const under = [
    ...Object.entries(schema.properties ?? {}).flatMap(([key, each]) =>
      pathsOf(each, path === '' ? key : `${path}.${key}`),
    ),
    ...(schema.items ? pathsOf(schema.items, `${path}[0]`) : []),
    ...(schema.anyOf ?? []).flatMap((each) => pathsOf(each, path)),
    ...(typeof schema.additionalProperties === 'object' ? pathsOf(schema.additionalProperties, `${path}.*`) : []),
  ];
  return [...new Set([...(path === '' ? [] : [path]), ...under])];
}

const entry = `on: { push: { branches: [main] } }
    when: { branch: [main], cause: [push], message: [ab], platform: [p], variant: [v], suite: [s], group: [g] }
    matrix: { k: [1], f: { file: data.json, key: a }, include: [{ k: 2, f: 3 }], exclude: [{ k: 4 }] }
    chunks: 2
    platform: p
    variant: v
    suite: s
    group: g
    symbol: Sy
    tier: 3
    required: true
    if-changed: [src/**]`;
const everything = `error-patterns: [{ name: n, contains: [abc], matches: abc, ignore: true }]
templates: { t: { attempts: 2 }, u: { tier: 1 } }
jobs:
  a:
    ${entry}
    template: [t]
    needs: [{ job: z, optional: true, artifacts: [x], into: y }]
    pool: x
    priority: 1
    coalesce: 1
    concurrency: c
    delay: 1m
    env: { E: e }
    checkout: false
    secrets: [S]
    timeout: 1m
    silent-timeout: 1m
    artifacts: [a]
    results: [{ files: a, format: tap }]
    steps: [{ name: n, script: s, shell: bash, timeout: 1m, silent-timeout: 1m, always: true, may-fail: true }]
  g:
    ${entry}
    template: [u]
    needs: [{ job: z, artifacts: [x] }]
    gate: Go?
  z: { steps: [x], artifacts: [d] }
`;

test('no field that the schema knows is without an origin, whether it is said or not', () => {
  const bare = configurationOf('jobs:\n  a: { steps: [x] }\n  g: { gate: Go? }\n');
  const all = configurationOf(everything, { 'data.json': '{"a": ["v"]}' });
  const patterns = pathsOf(configSchema.properties!['error-patterns']!, 'error-patterns');
  const lanes = [
    ...[bare, all].map((from) => [from, from === bare ? 'a' : 'a-1-v-1', [...pathsOf(jobTable), ...patterns]] as const),
    ...[bare, all].map((from) => [from, from === bare ? 'g' : 'g-1-v-1', pathsOf(gateTable)] as const),
  ];
  const asked = new Set<string>();
  for (const [from, name, paths] of lanes) {
    expect(paths).toContain('when.branch[0]');
    const without = paths.filter((path) => {
      // Entries of a list, and names that a person chooses, are there when they are written.
      if (from === bare && /\[0\]|\*/.test(path) && !path.startsWith('steps[0].')) return false;
      asked.add(path);
      const field = path
        .replace('env.*', 'env.E')
        .replace(/matrix\.\*(?=\.)/, 'matrix.f')
        .replace('matrix.*', 'matrix.k')
        .replace('[0].*', '[0].k');
      const explained = explainConfig(from, `${name}.${field}`);
      return explained.kind === 'unknown' || explained.origins.fields.some(({ chain }) => chain.length === 0);
    });
    expect(without, name).toEqual([]);
  }
  expect([...new Set(lanes.flatMap(([, , paths]) => paths))].filter((path) => !asked.has(path))).toEqual([]);
});

test('every field of a plan is answered under its name there, with the value that the plan has', () => {
  const plan = planOf(full, { data: new Map(Object.entries(compilers)) });
  const configuration = configurationOf(full, compilers);
  let compared = 0;
  for (const { name, pool, attributes, spec, order, attempts, needs } of plan.jobs) {
    if (order.gate !== null) continue;
    const leaves = [...leavesOf({ pool, attributes, spec, order, attempts })];
    expect(leaves.length).toBeGreaterThan(20);
    for (const [path, value] of leaves) {
      const explained = explainConfig(configuration, `${name}.${path}`);
      if (explained.kind === 'unknown') throw new Error(`${name}.${path}: ${explained.says}`);
      const [{ value: told } = { value: undefined }] = explained.origins.fields;
      const asPlanned = /Seconds$/.test(path) ? (told === null ? 0 : secondsOf(String(told))) : told;
      expect([path, asPlanned]).toEqual([path, value]);
      compared += 1;
    }
    expect(needs.length === 0 || name.startsWith('test-')).toBe(true);
  }
  expect(compared).toBeGreaterThan(150);
});

function* leavesOf(value: unknown, path = ''): Generator<readonly [path: string, value: unknown]> {
  if (typeof value !== 'object' || value === null) yield [path, value];
  else if (Array.isArray(value) && value.length === 0) return;
  else for (const [key, under] of Object.entries(value)) yield* leavesOf(under, path === '' ? key : `${path}.${key}`);
}

test('what functions of a configuration in TypeScript made names the object that says it, and their calls', async () => {
  const made = await loaded({
    '.signalbox/config.ts': `import { built } from './built.ts';
export default () => ({
  jobs: {
    mac: built('mac'),
    linux: { ...built('linux'), timeout: '1h' },
  },
});
`,
    '.signalbox/built.ts': `export const built = (platform: string) => ({
  pool: 'build-' + platform,
  steps: ['make'],
});
`,
  });
  if (made.kind !== 'configuration') throw new Error(JSON.stringify(made));
  const chainOf = (word: string) => {
    const explained = explainConfig(made.configuration, word);
    const [field] = explained.kind === 'origins' ? explained.origins.fields : [];
    return [field?.value, ...(field?.chain ?? []).map(({ kind, file, line }) => `${kind} ${file}:${line}`)];
  };
  expect(chainOf('mac.pool')).toEqual(['build-mac', 'written .signalbox/built.ts:2', 'call .signalbox/config.ts:4']);
  expect(chainOf('linux.pool').slice(0, 2)).toEqual(['build-linux', 'written .signalbox/built.ts:2']);
  expect(chainOf('linux.timeout')[1]).toBe('written .signalbox/config.ts:5');
  expect(chainOf('mac.attempts')).toEqual([3, 'default .signalbox/config.ts:4']);
});

test('printed, one field shows each step with its line, and a lane one line for each field', () => {
  const print = (word: string) => {
    const explained = explainConfig(configurationOf(full, compilers), word);
    return explained.kind === 'origins' ? printOrigins(explained.origins) : '';
  };
  expect(print(`${lane}.pool`)).toBe(`build-mac-clang.pool = build-mac
  .signalbox.yml:13:16  the template \`built\` is applied
    13 |     template: [built]
       |                ^
  .signalbox.yml:7:11  written here
    7 |     pool: build-\${{ matrix.platform }}
      |           ^
  .signalbox.yml:7:17  \`\${{ matrix.platform }}\` is filled in
    7 |     pool: build-\${{ matrix.platform }}
      |                 ^
  .signalbox.yml:15:25  the value \`mac\` of the matrix
    15 |       platform: [linux, mac]
       |                         ^
`);
  expect(print(lane)).toMatch(/^pool +build-mac +\.signalbox\.yml:7 +template, expression, matrix$/m);
  expect(print(lane)).toMatch(/^attempts +3 +\.signalbox\.yml:11 +default$/m);
});

test('the example of the page is what is printed', () => {
  const page = readFileSync(new URL('../../../docs/configuration-tools.md', import.meta.url), 'utf8');
  const [, shown = ''] = /\$ signalbox explain-config build-mac.pool\n([\s\S]*?)```/.exec(page) ?? [];
  const text = `templates:
  built:
    pool: build-\${{ matrix.platform }}
    timeout: 2h
    steps:
      - make
jobs:
  build:
    template: built
    matrix: { platform: [linux, mac] }
`;
  const explained = explainConfig(configurationOf(text), 'build-mac.pool');
  expect(explained.kind === 'origins' && printOrigins(explained.origins)).toBe(shown);
});

test('any word has an answer', () => {
  const configuration = configurationOf(full, compilers);
  const part = fc.oneof(
    fc.constantFrom(
      'build',
      lane,
      'ask',
      'steps',
      'env',
      'matrix',
      '[',
      ']',
      '0',
      '.',
      '__proto__',
      'constructor',
      'include',
    ),
    fc.string({ maxLength: 5 }),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
      const explained = explainConfig(configuration, parts.join(''));
      if (explained.kind === 'unknown') expect(explained.says).not.toBe('');
      else for (const { chain } of explained.origins.fields) expect(chain.length).toBeGreaterThan(0);
    }),
    { numRuns: 400 },
  );
});
