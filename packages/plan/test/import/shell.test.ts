// What scripts of others become is run by real shells here: quotes, conditions and variables must hold there, not on paper.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are texts of workflows and pipelines.
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { ImportKind } from '../../src/index.ts';
import { planOf } from '../kit/compile-text.ts';
import { importOne } from './import-text.ts';

const facts = {
  CI_COMMIT_SHA: 'a1  b2',
  CI_COMMIT_REF: 'refs/heads/main',
  CI_COMMIT_BRANCH: 'main',
  TOKEN: 'se"cr\'et $x',
};

/** What the last step of each job prints, as a worker would run it. */
function printed(from: ImportKind, source: unknown): string[] {
  const { text } = importOne(from, 'a.yml', stringify(source, { lineWidth: 0 }));
  return planOf(text).jobs.map(({ spec }) => {
    const { script, shell } = spec.steps.at(-1) ?? { script: '', shell: 'sh' };
    const flags = shell === 'bash' ? ['-eo', 'pipefail'] : ['-e'];
    const env = { PATH: process.env['PATH'] ?? '', ...facts, ...spec.env };
    return execFileSync(shell, [...flags, '-c', script], {
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    }).trimEnd();
  });
}

const github = (step: Record<string, unknown>, matrix?: unknown) =>
  printed('github', { on: 'push', jobs: { a: { strategy: { matrix }, steps: [step] } } });

test.each([
  ['echo "${{ github.sha }}"', 'a1  b2'],
  ["echo '${{ github.sha }}'", 'a1  b2'],
  ["echo 'a ${{ github.sha }} b' c", 'a a1  b2 b c'],
  ['echo ${{ secrets.TOKEN }}', 'se"cr\'et $x'],
  ['echo "<${{ secrets.TOKEN }}>"', '<se"cr\'et $x>'],
  ["x=${{ github.sha }}\necho \"$x\" # it's ${{ github.sha }}\necho '${{ github.ref_name }}'", 'a1  b2\nmain'],
  ["cat <<EOF\nit's ${{ github.sha }}\nEOF\necho '${{ github.ref_name }}'", "it's a1  b2\nmain"],
  ['cat <<EOF | tr a-z A-Z\n"${{ github.ref_name }}"\nEOF', '"MAIN"'],
  ["if [[ '${{ github.ref_name }}' == ma* ]]; then echo yes; fi", 'yes'],
  ['echo "$(echo "${{ github.ref_name }}")"', 'main'],
  ['echo \\"${{ github.ref_name }}\\"', '"main"'],
])('the script %j prints %j', (run, prints) => {
  expect(github({ run })).toEqual([prints]);
});

const matrix = { os: ['ubuntu-22', 'mac'], n: [1, 2], more: [true, false] };
const cells = [
  'ubuntu-22 1 true',
  'ubuntu-22 1 false',
  'ubuntu-22 2 true',
  'ubuntu-22 2 false',
  'mac 1 true',
  'mac 1 false',
  'mac 2 true',
  'mac 2 false',
];

test.each<[string, (os: string, n: string, more: string) => boolean]>([
  ["matrix.os == 'mac'", (os) => os === 'mac'],
  ["matrix.os != 'mac' && matrix.n == 2", (os, n) => os !== 'mac' && n === '2'],
  [
    "matrix.os == 'mac' || matrix.n == 2 && matrix.more",
    (os, n, more) => os === 'mac' || (n === '2' && more === 'true'),
  ],
  [
    "(matrix.os == 'mac' || matrix.n == 2) && !matrix.more",
    (os, n, more) => (os === 'mac' || n === '2') && more === 'false',
  ],
  ["!(matrix.os == 'mac' && matrix.n == 2)", (os, n) => !(os === 'mac' && n === '2')],
  ["startsWith(matrix.os, 'ubuntu')", (os) => os.startsWith('ubuntu')],
  ["endsWith(matrix.os, '-22') || contains(matrix.os, 'ac')", () => true],
  ["${{ contains(matrix.os, 'unt') && github.ref == 'refs/heads/main' }}", (os) => os.includes('unt')],
  ["matrix.nothing == '' && matrix.n == 1", (_, n) => n === '1'],
])('a step with if: %s runs in the same jobs of a matrix', (condition, holds) => {
  const ran = github({ if: condition, run: 'echo ran' }, matrix).map((out) => out === 'ran');
  expect(ran).toEqual(cells.map((cell) => holds(...(cell.split(' ') as [string, string, string]))));
});

test('variables of a step are what they are there, whatever they hold', () => {
  const value = 'a "b" \'c\' $HOME `d` \\ ${{ github.sha }} ${{ secrets.TOKEN }}';
  expect(github({ env: { VALUE: value }, run: 'echo "$VALUE"' })).toEqual([
    'a "b" \'c\' $HOME `d` \\ a1  b2 se"cr\'et $x',
  ]);
});

test('variables of a pipeline that name others are filled in by the shell, and nothing else is', () => {
  const variables = { A: 'x', B: '$A-y', C: '"$CI_COMMIT_REF_NAME" `d` $$HOME \\', D: '${C}!' };
  expect(printed('gitlab', { variables, a: { script: ['echo "$B" "$C"', 'echo "$D" | cat'] } })).toEqual([
    'x-y "main" `d` $HOME \\\n"main" `d` $HOME \\!',
  ]);
});
