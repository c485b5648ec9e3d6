// A matrix, its cells, their names, and the expressions that are filled in.
import { expect, test } from 'vitest';
import { mistakesOf, namesOf, planOf } from './kit/compile-text.ts';

const build = `
jobs:
  build:
    pool: \${{ matrix.platform }}
    matrix:
      platform: [linux, windows]
      variant: [opt, debug]
      include: [{ platform: mac, variant: opt }]
      exclude: [{ platform: windows, variant: debug }]
    steps:
      - name: Build \${{matrix.variant}} on \${{  matrix.platform  }}
        script: make
`;

test('a matrix is every combination, without what is excluded, and with what is included', () => {
  const plan = planOf(build);
  expect(namesOf(plan)).toEqual(['build-linux-opt', 'build-linux-debug', 'build-windows-opt', 'build-mac-opt']);
  expect(plan.jobs.map((job) => job.pool)).toEqual(['linux', 'linux', 'windows', 'mac']);
  expect(plan.jobs[3]?.attributes).toMatchObject({ template: 'build', platform: 'mac', variant: 'opt' });
  expect(plan.jobs[3]?.spec.env).toEqual({ MATRIX_PLATFORM: 'mac', MATRIX_VARIANT: 'opt' });
  expect(plan.jobs[2]?.spec.steps[0]?.name).toBe('Build opt on windows');
});

test('a cell knows the line that made it: the job, or its entry of include', () => {
  expect(planOf(build).jobs.map((job) => job.origin.line)).toEqual([3, 3, 3, 8]);
});

test('expressions are filled in everywhere in a job', () => {
  const [job] = planOf(`
jobs:
  a-x: { steps: [x] }
  b:
    matrix: { v: [x], shell: [bash], time: [5m] }
    group: g \${{ matrix.v }}
    needs: ['a-\${{ matrix.v }}']
    env: { KEY: '\${{ matrix.v }}\${{ matrix.v }}' }
    secrets: [TOKEN]
    artifacts: ['\${{ matrix.v }}/**']
    timeout: \${{ matrix.time }}
    steps: [{ name: 'n \${{ matrix.v }}', script: 's \${{ matrix.v }}', shell: '\${{ matrix.shell }}' }]
`).jobs.slice(1);
  expect(job).toMatchObject({
    needs: ['a-x'],
    attributes: { group: 'g x' },
    spec: {
      env: { KEY: 'xx', MATRIX_V: 'x', MATRIX_SHELL: 'bash', MATRIX_TIME: '5m' },
      artifacts: ['x/**'],
      timeoutSeconds: 300,
      steps: [{ name: 'n x', script: 's x', shell: 'bash', timeoutSeconds: 300 }],
    },
  });
});

test('what an expression becomes is held against the same rules as what is written', () => {
  const text = `
jobs:
  a:
    matrix: { p: ['a b', ok] }
    pool: \${{ matrix.p }}
    timeout: \${{ matrix.p }}
    steps: [{ script: x, shell: '\${{ matrix.p }}' }]
`;
  expect(mistakesOf(text).map(({ at, message }) => `${at} ${message}`)).toEqual([
    '5:11 `pool` must be the name of a pool; `a b` is not',
    '6:14 `timeout` must be a duration such as 30s, 10m, 2h or 1h30m; `a b` is not',
    '7:33 `shell` must be one of sh, bash, pwsh, cmd, node, not `a b`',
  ]);
});

test('characters that no path holds become a dash in the name of a job', () => {
  expect(namesOf(planOf("jobs:\n  t: { matrix: { os: ['Windows 11/ARM', c++] }, steps: [x] }\n"))).toEqual([
    't-Windows-11-ARM',
    't-c-',
  ]);
});

test('two jobs of one name are a mistake, wherever they come from', () => {
  const cells = mistakesOf('jobs:\n  t:\n    matrix: { os: [a b, a/b] }\n    steps: [x]\n');
  expect(cells).toEqual([expect.objectContaining({ at: '2:3', message: expect.stringContaining('`t-a-b`') })]);
  const included = mistakesOf('jobs:\n  t:\n    matrix: { os: [a], include: [{ os: a }] }\n    steps: [x]\n');
  expect(included.map(({ at }) => at)).toEqual(['3:34']);
  const templates = mistakesOf('jobs:\n  t: { matrix: { os: [a] }, steps: [x] }\n  t-a: { steps: [x] }\n');
  expect(templates).toEqual([
    { at: '3:3', message: 'two jobs would be named `t-a`; the other is on line 2', hint: 'rename one of them' },
  ]);
});

test('a matrix of include alone has only these cells', () => {
  expect(namesOf(planOf('jobs:\n  t: { matrix: { include: [{ a: 1 }, { b: 2 }] }, steps: [x] }\n'))).toEqual([
    't-1',
    't-2',
  ]);
});

test('only matrix expressions exist, and only for keys that every cell has', () => {
  const text = `
env: { A: '\${{ matrix.os }}' }
jobs:
  none: { steps: ['\${{ matrix.os }}'] }
  some:
    matrix: { os: [linux], include: [{ arch: arm }] }
    pool: \${{ github.ref }}
    steps:
      - echo \${{ matrix.arh }}
      - |
        echo one
        echo \${{ matrix.os }} \${{ matrix.arch
`;
  expect(mistakesOf(text)).toEqual([
    { at: '2:11', message: 'an expression has no meaning outside of a job', hint: expect.stringContaining('move it') },
    {
      at: '4:20',
      message: `the job \`none\` has no \`matrix\` for \`\${{ matrix.os }}\``,
      hint: `the only expressions are \`\${{ matrix.KEY }}\`, inside a job that has a \`matrix\``,
    },
    {
      at: '7:11',
      message: `there is no expression \`\${{ github.ref }}\``,
      hint: expect.stringContaining('matrix.KEY'),
    },
    {
      at: '9:14',
      message: `the matrix of \`some\` has no \`arh\` for \`\${{ matrix.arh }}\``,
      hint: 'did you mean `arch`?',
    },
    {
      at: '12:14',
      message: `\`\${{ matrix.os }}\` is used, and not every job of the matrix of \`some\` has \`os\``,
      hint: 'give each entry of `include` a value for `os`',
    },
    {
      at: '12:31',
      message: `the expression \`\${{ matrix.arch\` has no end`,
      hint: expect.stringContaining('matrix.KEY'),
    },
  ]);
});

test('a matrix that cannot be is refused with its place', () => {
  const at = (matrix: string) =>
    mistakesOf(`jobs:\n  t:\n    matrix: ${matrix}\n    steps: [x]\n`).map(({ message }) => message);
  expect(at('{ a: [x, x] }')).toEqual(['`x` is among the values of `a` twice']);
  expect(at('{ a: x }')).toEqual(['`a` must be a list of values, or a file that holds them, not the text `x`']);
  expect(at('{ a: [] }')).toEqual(['`a` is empty; it must be a list of values']);
  expect(at('{ a: [~] }')).toEqual(['an entry of `a` must be text, a number or true/false, and has no value']);
  expect(at("{ a: [''] }")).toEqual(['an entry of `a` must be text, a number or true/false; `` is not']);
  expect(at('{}')).toEqual(['`matrix` is empty; it must be a matrix']);
  expect(at('{ a: [x], exclude: [{ a: x }] }')).toEqual(['`exclude` leaves no combination of the matrix']);
  expect(at('{ a: [x], exclude: [{ b: x }] }')).toEqual(['`exclude` names `b`, which is no dimension of this matrix']);
  expect(at('{ a-b: [x], a_b: [y] }')).toEqual([
    'the matrix keys `a-b` and `a_b` would both be `MATRIX_A_B` in the environment',
  ]);
});

test('an exclude that removes nothing is a warning', () => {
  const plan = planOf('jobs:\n  t:\n    matrix: { a: [x, y], exclude: [{ a: y }, { a: z }] }\n    steps: [x]\n');
  expect(namesOf(plan)).toEqual(['t-x']);
  expect(plan.warnings.map(({ line, column, message }) => [line, column, message])).toEqual([
    [3, 46, 'this entry of `exclude` removes nothing'],
  ]);
});
