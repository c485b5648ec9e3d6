// A plan as people read it.
import { expect, test } from 'vitest';
import { printPlan } from '../src/index.ts';
import { planOf } from './kit/compile-text.ts';

test('a plan is printed in columns, with what is left out and why', () => {
  const plan = planOf(`jobs:
  lint: { steps: [npm run lint] }
  build:
    matrix: { platform: [linux, windows] }
    pool: \${{ matrix.platform }}
    needs: [lint]
    timeout: 5m
    steps: [npm ci, { script: npm run build, timeout: 10m }]
  docs: { if-changed: ['docs/**'], steps: [make docs] }
  publish: { needs: [build, docs], steps: [npm publish] }
`);
  expect(printPlan(plan)).toBe(`3 jobs, 2 left out

job            pool     from    after  does
lint           default  line 2         npm run lint
build-linux    linux    line 3  lint   2 steps
build-windows  windows  line 3  lint   2 steps

why: a push to \`main\` starts it

left out  kind           from     because
docs      unchanged      line 9   no changed file (of 1) matches \`docs/**\`
publish   need-left-out  line 10  it needs \`docs\`, which is left out

warning: .signalbox.yml:8:55: this limit of a step is never reached: the whole job ends after 5m
  8 |     steps: [npm ci, { script: npm run build, timeout: 10m }]
    |                                                       ^
  hint: raise the job's \`timeout\`
`);
});

test('what is not usual about the order is shown, and gates with their question', () => {
  const plan = planOf(`jobs:
  test: { coalesce: 5, steps: [npm test] }
  ask: { gate: Ship it?, needs: [test] }
  ship: { needs: [ask], priority: -2, concurrency: ship, delay: 10m, steps: [npm publish] }
`);
  expect(printPlan(plan)).toBe(`3 jobs, 0 left out

job   pool     from    after  order                                     does
test  default  line 2         coalesces 5                               npm test
ask            line 3  test                                             waits for a person: Ship it?
ship  default  line 4  ask    priority -2, concurrency ship, delay 10m  npm publish

why: a push to \`main\` starts it
`);
});

test('what a tree writes cannot reach the terminal as an escape sequence', () => {
  const plan = planOf('jobs:\n  a: { steps: [{ script: "echo \\e[31m" }] }\n');
  expect(printPlan(plan)).not.toContain('\u001b');
});
