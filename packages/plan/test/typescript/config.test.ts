// A configuration in TypeScript: a function of the push that returns the same model as YAML, from files of the tree alone.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Plan, planPush } from '../../src/index.ts';
import { expressionOf } from '../../src/schema/expression.ts';
import { compileText, namesOf } from '../kit/compile-text.ts';
import { entry, evaluated, loaded, planned, toldOf, usualFacts } from '../kit/compile-typescript.ts';

describe('a configuration in TypeScript', () => {
  it('is called with the branch, the push, the changed files and the parameters', async () => {
    const text = `
import { type Context, defineConfig } from 'signalbox';
export default defineConfig(({ push, branch, files, parameters }: Context) => ({
  jobs: { a: { steps: [JSON.stringify([push.message, push.cause, branch, files, parameters])] } },
}));`;
    const plan = await planned(text, { files: null, parameters: { locale: 'de' } });
    expect(JSON.parse(plan.jobs[0]?.spec.steps[0]?.script ?? '')).toEqual([
      'Change things',
      'push',
      'main',
      null,
      { locale: 'de' },
    ]);
  });

  it('may be async, and may be the object itself', async () => {
    const jobs = "{ jobs: { a: { steps: ['x'] } } }";
    expect(namesOf(await planned(`export default async () => { await null; return ${jobs}; }`))).toEqual(['a']);
    expect(namesOf(await planned(`export default ${jobs}`))).toEqual(['a']);
  });

  it('has its types removed, and everything else left where it is', async () => {
    const text = `interface Shape<T> { readonly of: T }
type Name = 'ä€😀' | 'b';
abstract class Base { declare x: number; private readonly made: string = 'make'; steps(this: Base, more?: string): string[] { return [this.made, more!]; } }
class Own extends Base implements Shape<string> { of = 'x' as const; override steps() { return super.steps('x' satisfies string); } }
function pick(name: string): string;
function pick<T extends Name>(name: T | string): string { return <T,>(x: T): T => x, name as string; }
export default (): unknown => ({ jobs: { [pick('ä')]: 1, a: { steps: new Own().steps() } } });`;
    expect(await toldOf(text)).toEqual([
      { at: '7:40', message: '`ä` cannot be a job name', hint: expect.stringContaining('U+00E4') },
    ]);
  });

  it('imports files of the tree: TypeScript, JavaScript, JSON and text', async () => {
    const files = {
      [entry]: `import { build } from './lib/build.ts';
import locales from '../locales.json' with { type: 'json' };
import script from '../run.sh' with { type: 'text' };
import raw from '../locales.json' with {
  type: 'text',
};
export { type Job } from './lib/types.ts';
export default () => ({
  jobs: Object.fromEntries([...locales].map((locale: string) => ['l10n-' + locale, build('fast', [script, 'x' + raw])])),
});`,
      '.signalbox/lib/build.ts':
        "import { timeout } from '../limits.mjs';\nexport const build = (pool: string, steps: string[]) => ({ pool, steps, timeout });",
      '.signalbox/lib/types.ts': 'export type Job = { steps: string[] };',
      '.signalbox/limits.mjs': "export const timeout = '3m';",
      'locales.json': '["de", "fr"]',
      'run.sh': '#!/bin/sh\nmake\n',
    };
    const { jobs } = await planned(files);
    expect(
      jobs.map(({ name, pool, spec }) => [name, pool, spec.timeoutSeconds, spec.steps.map((s) => s.script)]),
    ).toEqual([
      ['l10n-de', 'fast', 180, ['#!/bin/sh\nmake\n', 'x["de", "fr"]']],
      ['l10n-fr', 'fast', 180, ['#!/bin/sh\nmake\n', 'x["de", "fr"]']],
    ]);
  });

  it('makes the same plan as YAML from the same model', async () => {
    const word = fc.constantFrom('a', 'b', 'build', 'x-1');
    const job = fc.record(
      {
        steps: fc.array(fc.constantFrom('make', `make ${expressionOf('matrix.p')}`, ''), { maxLength: 2 }),
        pool: fc.constantFrom('linux', 'no pool', 3, null),
        needs: fc.array(word, { maxLength: 2 }),
        matrix: fc.record({ p: fc.uniqueArray(fc.constantFrom('x', 'y', 1, true), { maxLength: 3 }) }),
        timeout: fc.constantFrom('10m', '1 h', 5),
        priority: fc.integer({ min: -200, max: 200 }),
        'if-changed': fc.constant(['src/**']),
        stepz: fc.constant(1),
      },
      { requiredKeys: ['steps'] },
    );
    const model = fc.record(
      { jobs: fc.dictionary(word, job, { minKeys: 1 }), env: fc.dictionary(word, word) },
      { requiredKeys: ['jobs'] },
    );
    await fc.assert(
      fc.asyncProperty(model, async (made) => {
        const json = JSON.stringify(made);
        const one = compileText(json);
        const other = await loaded(`export default () => (${json})`);
        const bare = ({ jobs, leftOut, warnings }: Plan) => [
          jobs.map(({ origin: _, ...rest }) => rest),
          leftOut.map(({ name, kind, reason }) => [name, kind, reason]),
          warnings.length,
        ];
        if (one.kind === 'plan') {
          expect(other.kind).toBe('configuration');
          if (other.kind !== 'configuration') return;
          expect(bare(planPush(other.configuration, usualFacts, 'push'))).toEqual(bare(one.plan));
          return;
        }
        const messages = (mistakes: readonly { message: string }[]) =>
          mistakes.map(({ message }) => message).toSorted();
        expect(other.kind === 'mistakes' && messages(other.mistakes)).toEqual(messages(one.mistakes));
      }),
      { numRuns: 60 },
    );
  });
});

describe('places', () => {
  it('lead to the key in the file that wrote it, through functions, spreads and data', async () => {
    const files = {
      [entry]: `import { build } from './lib.ts';
import data from './data.json';
import pools from './pools.json';
const base = { pool: 'not a pool', timeout: '10 min' };
export default () => {
  const jobs: Record<string, unknown> = {};
  jobs.data = { ...base, pool: 'linux', timeout: '1m', steps: ['x', data.script] };
  jobs.b = build({ ...base, env: pools.env });
  return { jobs };
};`,
      '.signalbox/lib.ts':
        "export const build = (more: object) => ({ ...more, steps: ['make', 'make', 7], symbol: 'toolong' });",
      '.signalbox/data.json': '{\n  "script": ""\n}',
      '.signalbox/pools.json': '{\n  "env": {\n    "A-B": 1 } }\n',
    };
    expect((await toldOf(files)).map(({ at, message }) => [at, message])).toEqual([
      ['4:22', '`pool` must be the name of a pool; `not a pool` is not'],
      ['4:45', '`timeout` must be a duration such as 30s, 10m, 2h or 1h30m; `10 min` is not'],
      ['7:69', 'an entry of `steps` must be a command; `` is not'],
      ['.signalbox/lib.ts:1:76', 'an entry of `steps` must be a command or a step, not the number `7`'],
      ['.signalbox/lib.ts:1:88', '`symbol` must be one to four characters; `toolong` is not'],
      ['.signalbox/pools.json:3:5', '`A-B` cannot be the name of an environment variable'],
    ]);
  });

  it('of a job are its own and those of the calls that made it, the nearest first', async () => {
    const files = {
      [entry]: `import { build } from './lib.ts';
const both = (name: string) => build(name);
export default () => ({
  jobs: {
    plain: { steps: ['x'] },
    made: both('ä😀') ,
  },
});`,
      '.signalbox/lib.ts': 'export function build(name: string) {\n  return { /* 😀 */ steps: [name] };\n}',
    };
    const { jobs } = await planned(files);
    expect(jobs.map(({ name, origin }) => [name, origin])).toEqual([
      ['plain', { file: entry, line: 5, column: 5, calls: [expect.anything()] }],
      [
        'made',
        {
          file: entry,
          line: 6,
          column: 5,
          calls: [
            { file: '.signalbox/lib.ts', line: 2, column: expect.any(Number) },
            { file: entry, line: 2, column: expect.any(Number) },
            { file: entry, line: 6, column: 11 },
          ],
        },
      ],
    ]);
  });

  it.each([
    ["throw new TypeError('no way')", '3:13', '`TypeError: no way`', null],
    ['const a: any = undefined; a.b', '3:29', 'TypeError: cannot read property', null],
    ['Date.now()', '3:3', 'Date is not defined', /no clock/],
    ['fetch("x")', '3:3', 'fetch is not defined', /no network/],
    ['console.log(1)', '3:3', 'console is not defined', /no output/],
    ['Math.random()', '3:8', 'there is no chance here', null],
    ['(1.5).toLocaleString(); new Intl.NumberFormat()', '3:31', 'Intl is not defined', /no locale/],
  ])('of %s is the line and column of the .ts file', async (code, at, message, hint) => {
    const told = await toldOf(
      `type Very<Long> = { type: Long };\nexport default (): Very<string> => {\n  ${code};\n};`,
    );
    expect(told).toEqual([
      { at, message: expect.stringContaining(message), hint: hint ? expect.stringMatching(hint) : null },
    ]);
  });

  it.each([
    ['enum Pool { linux }', '1:1', /enum cannot be used/, /as const/],
    ['namespace N { export const a = 1 }', '1:1', /namespace declaration cannot be used/, /file of its own/],
    ['class A { constructor(private x: number) {} }', '1:31', /parameter property/, /constructor/],
    ['const a = <string>b;', '1:11', /angle-bracket/, /as Type/],
    ['const a = ;', '1:11', /not TypeScript: /, null],
    ['@dec class A {}', '1:1', /not JavaScript: /, null],
    ['const a = import("./b.ts");', '1:11', /`import` as a function/, /top of the file/],
    ['const a = import.meta.url;', '1:11', /import\.meta/, null],
    ["import a from './nope.ts';", '1:15', /there is no file `\.signalbox\/nope\.ts`/, /committed/],
    ["import a from '../../etc/passwd';", '1:15', /leads out of the tree/, null],
    ["import a from '..//..//..//etc/passwd';", '1:15', /leads out of the tree/, null],
    ["import a from '/etc/passwd';", '1:15', /only files of the tree/, /relative/],
    ["import a from 'file:///etc/passwd';", '1:15', /only files of the tree/, /no network/],
    ["import a from 'node:fs';", '1:15', /only files of the tree/, /without Node/],
    ["import a from 'lodash';", '1:15', /only files of the tree/, /not installed/],
    ["import a from './a%2f..%2fb.ts';", '1:15', /no path in the tree/, null],
    ["import a from './lib';", '1:15', /no ending/, /lib\.ts/],
    ["import a from './pools.yml';", '1:15', /nothing is known/, /text/],
    ["import a from './logo.png';", '1:15', /ending/, /text/],
    ["export * from './x.json'", '1:15', /there is no file/, null],
    ['\0', '1:1', /NUL/, null],
  ])('of what cannot be read, %j, are told before anything runs', async (code, at, message, hint) => {
    const [told, ...more] = await toldOf(`${code}\nexport default () => { throw 1 };`);
    expect(more).toEqual([]);
    expect(told).toMatchObject({ at, message: expect.stringMatching(message) });
    if (hint) expect(told?.hint).toMatch(hint);
  });

  it.each([
    ['\'{ "a": 1, }\'', '{ "a": 1, }', '.signalbox/data.json:1:11', /not JSON/],
    ['a list without an end', '[1, 2', '.signalbox/data.json:1:6', /`,` or `]` is expected/],
    ['a word', '{ "a":\n  yes }', '.signalbox/data.json:2:3', /a value is expected/],
    ['an empty file', '', '.signalbox/data.json:1:1', /not JSON/],
    ['a prototype', '{ "a": { "__proto__": { "b": 1 } } }', '.signalbox/data.json:1:10', /__proto__/],
  ])('of %s in data are in the data', async (_what, data, at, message) => {
    const files = {
      [entry]: "import data from './data.json';\nexport default () => data",
      '.signalbox/data.json': data,
    };
    expect(await toldOf(files)).toMatchObject([{ at, message: expect.stringMatching(message) }]);
  });
});

describe('a result', () => {
  it.each([
    ['() => {}', '1:1', 'the configuration returns nothing'],
    ['() => []', '1:1', 'a configuration is an object that has `jobs`; this one is a list'],
    ["() => 'x'", '1:1', 'a configuration is an object that has `jobs`; this one is a single value'],
    ['5', '1:1', '`export default` is no function'],
    ['() => ({ jobs: new Map() })', '1:31', '`jobs` is a value of the kind `Map`'],
    ["() => ({ jobs: { a: { steps: ['x'], priority: NaN } } })", '1:62', '`priority` is not a number'],
    ["() => ({ jobs: { a: { steps: ['x', () => 1] } } })", '1:51', 'an entry of `steps` is a function'],
    [
      "() => ({ jobs: { a: { steps: ['\\ud800'] } } })",
      '1:46',
      'the text of an entry of `steps` holds a NUL or half a character',
    ],
    ["() => ({ jobs: { a: { steps: ['x'], env: { A: 10n } } } })", '1:62', '`A` is a BigInt'],
    ["() => ({ jobs: { a: Promise.resolve({ steps: ['x'] }) } })", '1:36', '`a` is a promise'],
    [
      "() => ({ jobs: { ['__proto__']: { steps: ['x'] }, a: { steps: ['x'] } } })",
      '1:48',
      '`__proto__` cannot be a key',
    ],
  ])('of %s is refused with its place', async (code, at, message) => {
    const told = await toldOf(`export default ${code}`);
    expect(told.map((one) => `${one.at} ${one.message}`)).toContain(`${at} ${message}`);
  });

  it('leaves out what is undefined, as JavaScript does', async () => {
    const text =
      "export default () => ({ env: undefined, jobs: { a: { steps: ['x'], pool: undefined }, b: undefined } })";
    expect(namesOf(await planned(text))).toEqual(['a']);
  });

  it('cannot raise its trust: neither the level of its branch nor a class is a word that it has', async () => {
    const text = `export default () => ({
  trust: 'release',
  level: 3,
  jobs: { a: { steps: ['x'], trust: 'release', level: 3, cause: 'nightly' } },
});`;
    expect((await toldOf(text)).map(({ at, message }) => [at, message])).toEqual([
      ['2:3', 'a Signalbox configuration has no key `trust`'],
      ['3:3', 'a Signalbox configuration has no key `level`'],
      ['4:30', 'a job has no key `trust`'],
      ['4:48', 'a job has no key `level`'],
      ['4:58', 'a job has no key `cause`'],
    ]);
  });
});

describe('what was asked for', () => {
  it.each([
    ["() => ({ jobs: { a: { steps: ['x'] } } })", []],
    ['({ branch }) => ({ jobs: { a: { steps: [branch] } } })', ['branch']],
    [
      '(given) => { const all = { ...given }; return { jobs: { a: { steps: [all.push.cause] } } } }',
      ['cause', 'branch', 'files', 'parameters'],
    ],
    ["(given) => { given.push.message; return { jobs: { a: { steps: ['x'] } } } }", ['message']],
  ])('by %s is known', async (code, asked) => {
    expect((await evaluated(`export default ${code}`)).asked).toEqual(asked);
  });
});
