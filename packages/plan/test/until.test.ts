// What each stage gives, and why each job runs.
import type { Cause } from '@signalbox/protocol';
import { expect, test } from 'vitest';
import {
  type ConfigFile,
  type Configuration,
  type Plan,
  type PushFacts,
  planPush,
  printPlan,
  type ReadingStage,
  readConfiguration,
  showSelected,
  showStage,
} from '../src/index.ts';
import { fileOf, onMain, planOf } from './kit/compile-text.ts';

function read(files: readonly ConfigFile[], until?: ReadingStage, data?: Record<string, string>): Configuration {
  const found = readConfiguration({ files, until, data: new Map(Object.entries(data ?? {})) });
  if (found.kind === 'configuration') return found.configuration;
  throw new Error(JSON.stringify(found));
}

const text = `version: 1
x-base: &base { tier: 2, env: { LEVEL: 007, YES: yes } }
env: { CI: true, N: 3.10 }
error-patterns: [{ name: ours, contains: FAILED }]
templates:
  built: { pool: "build-\${{ matrix.os }}", timeout: 30m, steps: &steps ["make: all", &two { script: "a\\n b\\n", always: true }, *two] }
jobs:
  build: { <<: *base, template: built, matrix: { os: [linux, mac], n: [3.10, "true"] }, env: { CC: "#gcc" } }
  10: { steps: *steps, when: { branch: [main, "!x"], cause: [push, nightly] }, needs: [build, { job: docs, optional: true }] }
  2: { steps: [true], attempts: 2, if-changed: ["src/**"] }
  docs: { steps: [x], if-changed: ["docs/**"] }
  ask: { gate: "Ship it?", needs: ["2"], when: { platform: [linux] }, platform: linux }
`;

test('after `apply` the text is a flat configuration that plans the same', () => {
  const flat = showStage(read(fileOf(text), 'apply'), 'apply').text;
  expect(flat).not.toMatch(/template|[*&]\w|<<|x-base/);
  expect(flat).toContain('  # .signalbox.yml:8\n  build:\n');
  const bare = ({ jobs, leftOut }: Plan) => ({
    jobs: jobs.map(({ origin: _, ...job }) => job),
    leftOut: leftOut.map(({ line: _, ...left }) => left),
  });
  expect(bare(planOf(flat))).toEqual(bare(planOf(text)));
  expect(planOf(flat).jobs.length).toBeGreaterThan(5);
});

test('of several files `parse` tells the keys of each with their lines', () => {
  const files = [
    { file: '.signalbox/a.yml', text: 'env: { A: 1 }\njobs:\n  one: { steps: [x] }\n' },
    { file: '.signalbox/b.yml', text: 'templates:\n  t: { pool: p }\njobs:\n  two: { template: t, steps: [x] }\n' },
  ];
  expect(showStage(read(files, 'parse'), 'parse').value).toEqual({
    files: [
      {
        file: '.signalbox/a.yml',
        keys: [
          { key: 'env', line: 1 },
          { key: 'jobs', line: 2 },
          { key: 'jobs.one', line: 3 },
        ],
      },
      {
        file: '.signalbox/b.yml',
        keys: [
          { key: 'templates', line: 1 },
          { key: 'templates.t', line: 2 },
          { key: 'jobs.two', line: 4 },
        ],
      },
    ],
  });
});

test('a stage is shown though a later one would find mistakes', () => {
  const wrong = fileOf('jobs: { a: { steps: [x], needs: [nobody] } }\n');
  expect(() => read(wrong)).toThrow('there is no job `nobody` to need');
  expect(showStage(read(wrong, 'expand'), 'expand').value).toMatchObject({ lanes: [{ name: 'a', pool: 'default' }] });
  expect(() => read(wrong, 'link')).toThrow('nobody');
});

test('`expand` tells all lanes, `link` what each needs and where that is written', () => {
  const all = read(fileOf(text));
  expect(showStage(all, 'expand').text).toMatch(/^build-mac-3\.10 +build +build-mac +\.signalbox\.yml:8$/m);
  const { lanes } = showStage(all, 'link').value as { lanes: { name: string; needs: object[] }[] };
  expect(lanes).toHaveLength(8);
  const ten = lanes.find(({ name }) => name === '10');
  expect(ten?.needs).toHaveLength(5);
  expect(ten?.needs[4]).toEqual({ name: 'docs', optional: true, file: '.signalbox.yml', line: 9 });
});

const planned = (push: Partial<PushFacts> = {}, cause: Cause = 'push') =>
  planPush(read(fileOf(text)), { ...onMain.push, ...push }, cause);
const becauseOf = (plan: Plan, name: string) => plan.jobs.find((job) => job.name === name)?.because;

test('each job that runs tells what starts it and which conditions hold', () => {
  const plan = planned();
  expect(becauseOf(plan, 'build-mac-3.10')).toEqual(['a push to `main` starts it']);
  expect(becauseOf(plan, '10')).toEqual([
    'a push to `main` starts it',
    'the branch `main` matches `main`, `!x`',
    'the cause `push` is among `push`, `nightly`',
  ]);
  expect(becauseOf(plan, '2')?.[1]).toBe('`src/a.ts` changed, which matches `src/**`');
  expect(becauseOf(plan, 'ask')?.[1]).toBe('the platform `linux` matches `linux`');
  expect(becauseOf(planned({ files: null }), 'docs')?.[1]).toContain('too much changed');
  expect(becauseOf(planned({}, 'manual'), 'docs')).toEqual([
    'it is started by hand',
    '`if-changed` does not count for what is started by hand',
  ]);
  expect(becauseOf(planned({}, 'nightly'), '10')?.[0]).toBe('the cause `nightly` starts it');
});

test('`select` tells of every lane whether it runs and why', () => {
  const { value, text: shown } = showSelected(planned());
  expect((value as { lanes: object[] }).lanes).toHaveLength(8);
  expect(shown).toMatch(/^docs +left out +no changed file \(of 1\) matches `docs\/\*\*`$/m);
  expect(shown).toMatch(/^2 +runs +a push to `main` starts it; `src\/a.ts` changed/m);
});

test('a printed plan says why, once where it is the same for all', () => {
  expect(printPlan(planOf('jobs: { a: { steps: [x] }, b: { steps: [x] } }'))).toContain(
    '\nwhy: a push to `main` starts it\n',
  );
  expect(printPlan(planned())).toMatch(/^build-linux-3\.10, build-linux-true and 2 more +a push to `main` starts it$/m);
});
