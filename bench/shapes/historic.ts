// A tree's configuration and its fleet in the shape of one historic test configuration of November 2013: 49 branches, 30
// platforms, chunked suites, opt, debug and pgo; 13,302 lanes of about 13 steps, and 13,988 worker entries whose pools make
// 6,922,612 pairs of a lane and a worker. Names are made up; sizes are not.

import { scriptOf } from './historic-script.ts';

export type Shape = {
  readonly lanes: number;
  readonly workers: number;
  /** Pairs of a lane and a worker that could run it. */
  readonly pairs: number;
  /** Texts of `.signalbox/`, by name. */
  readonly files: Readonly<Record<string, string>>;
  readonly fleet: { readonly workers: readonly { readonly name: string; readonly pools: readonly string[] }[] };
};

export const historic = { lanes: 13_302, workers: 13_988, pairs: 6_922_612 } as const;

const historicBranches = 49;
const platformCount = 30;
/** Lanes of a platform on a branch: small, usual and large ones; 271 with the one that has one more. */
const weights = [12, 9, 6] as const;

export type Platform = {
  readonly name: string;
  readonly suites: readonly Suite[];
  readonly variants: readonly string[];
  readonly weight: number;
  /** Lanes on the first branch only: so many are missing to the whole. */
  extras: number;
};
type Suite = { readonly name: string; readonly chunks: number };

/**
 * `times` multiplies branches, and so lanes, and workers; with `branchCount` and `lanes` it is another size; `seed` changes names and steps, so that configurations are distinct;
 * `script`: written in TypeScript.
 */
export function historicShape({
  times = 1,
  seed = 0,
  script = false,
  branchCount = historicBranches,
  lanes: wanted = historic.lanes as number,
} = {}): Shape {
  const branches = Array.from({ length: branchCount * times }, (_, index) => branchName(index, seed));
  const platforms = Array.from({ length: platformCount }, (_, index) => platformOf(index));
  const lanesOf = ({ weight, extras }: Platform): number => weight * branches.length + extras;
  const missing = wanted * times - platforms.reduce((sum, platform) => sum + lanesOf(platform), 0);
  for (let index = 0; index < missing; index += 1) platforms[index % platforms.length]!.extras += 1;
  const lanes = platforms.map(lanesOf);
  const pools = sharedOut(lanes, historic.workers * times, historic.pairs * times * times);
  const total = (numbers: readonly number[]) => numbers.reduce((sum, each) => sum + each, 0);
  return {
    lanes: total(lanes),
    workers: total(pools),
    pairs: total(lanes.map((each, index) => each * (pools[index] ?? 0))),
    files: script ? { 'config.ts': scriptOf(branches, platforms, seed) } : filesOf(branches, platforms, seed),
    fleet: {
      workers: platforms.flatMap(({ name }, index) =>
        Array.from({ length: pools[index] ?? 0 }, (_, number) => ({ name: `${name}-${number}`, pools: [name] })),
      ),
    },
  };
}

const branchName = (index: number, seed: number): string =>
  index === 0 ? 'main' : index < 9 ? `release-${index}` : `${seed === 0 ? '' : `s${seed}-`}project-${index}`;

const suiteNames = [
  'unit',
  'mochitest',
  'reftest',
  'crashtest',
  'xpcshell',
  'jsreftest',
  'talos',
  'marionette',
  'cppunit',
];

function platformOf(index: number): Platform {
  const chunked = suiteNames[1 + (index % 8)] ?? 'mochitest';
  return {
    name: `platform-${String(index).padStart(2, '0')}`,
    suites: [{ name: chunked, chunks: 3 }],
    variants: index % 3 === 0 ? ['opt', 'debug', 'pgo'] : ['opt', 'debug'],
    weight: (weights[index % weights.length] ?? 0) + (index === 7 ? 1 : 0),
    extras: 0,
  };
}

/**
 * Workers of each pool, so that their sum and the sum of lanes times workers are what is asked for: as even as may be, then
 * moved one by one between pools of different weight.
 */
function sharedOut(lanes: readonly number[], workers: number, pairs: number): number[] {
  const pools = lanes.map(() => Math.floor(workers / lanes.length));
  for (let index = 0; pools.reduce((sum, each) => sum + each, 0) < workers; index += 1)
    pools[index % pools.length]! += 1;
  let rest = pairs - pools.reduce((sum, each, index) => sum + each * (lanes[index] ?? 0), 0);
  while (rest !== 0) {
    let best: [from: number, to: number, gain: number] | undefined;
    for (const [from, of] of lanes.entries()) {
      if ((pools[from] ?? 0) <= 1) continue;
      for (const [to, other] of lanes.entries()) {
        const gain = other - of;
        if (gain === 0 || Math.sign(gain) !== Math.sign(rest) || Math.abs(gain) > Math.abs(rest)) continue;
        if (!best || Math.abs(gain) > Math.abs(best[2])) best = [from, to, gain];
      }
    }
    if (!best) break;
    const [from, to, gain] = best;
    const moved = Math.min((pools[from] ?? 0) - 1, Math.floor(rest / gain));
    pools[from]! -= moved;
    pools[to]! += moved;
    rest -= gain * moved;
  }
  return pools;
}

function filesOf(branches: readonly string[], platforms: readonly Platform[], seed: number): Record<string, string> {
  const templates = platforms.map(
    ({ name }) =>
      `  ${name}:\n    pool: ${name}\n    platform: ${name}\n    env: { PLATFORM: ${name}, SEED: "${seed}" }\n    timeout: 2h\n`,
  );
  const jobs = platforms.map((platform) => jobsOf(platform, branches));
  const half = Math.ceil(jobs.length / 2);
  const head = `x-branches: &branches [${branches.join(', ')}]\nx-steps: &steps\n${stepsOf(seed)}\n`;
  return {
    'platforms.yml': `templates:\n${templates.join('')}`,
    'one.yml': `${head}jobs:\n${jobs.slice(0, half).join('')}`,
    'two.yml': `${head}jobs:\n${jobs.slice(half).join('')}`,
  };
}

const stepsOf = (seed: number): string =>
  Array.from(
    { length: 13 },
    (_, index) => `  - name: Step ${index + 1}\n    script: ./automation/step-${index + 1}.sh --seed ${seed}\n`,
  ).join('');

function jobsOf(platform: Platform, branches: readonly string[]): string {
  const { name, suites, variants } = platform;
  const job = (key: string, lines: readonly string[]) =>
    `  ${key}:\n${lines.map((line) => `    ${line}\n`).join('')}    steps: *steps\n`;
  const build = job(`build-${name}`, [
    `template: ${name}`,
    `matrix: { branch: *branches, variant: [${variants.join(', ')}] }`,
    'suite: build',
    'required: true',
  ]);
  const tests = suites.map(({ name: suite, chunks }) =>
    job(`${suite}-${name}`, [
      `template: ${name}`,
      'matrix: { branch: *branches }',
      `suite: ${suite}`,
      ...(chunks > 1 ? [`chunks: ${chunks}`] : []),
      `needs: ["build-${name}-\${{ matrix.branch }}-opt"]`,
      'if-changed: ["src/**", "automation/**"]',
    ]),
  );
  // Suites of one chunk make up the weight of the platform.
  const singles = platform.weight - variants.length - suites.reduce((sum, { chunks }) => sum + chunks, 0);
  const small = Array.from({ length: singles }, (_, index) =>
    job(`${suiteNames[index % suiteNames.length]}-single-${name}`, [
      `template: ${name}`,
      'matrix: { branch: *branches }',
      'tier: 2',
    ]),
  );
  const extras = platform.extras === 0 ? [] : [extrasOf(platform, branches)];
  return [build, ...tests, ...small, ...extras].join('');
}

const extrasOf = ({ name, extras }: Platform, [first = 'main']: readonly string[]): string =>
  `  extra-${name}:\n    template: ${name}\n    matrix: { branch: [${first}], number: [${Array.from({ length: extras }, (_, index) => index + 1).join(', ')}] }\n    steps: *steps\n`;

/** A few files of the tree that patterns can match. */
export const treeFiles: Readonly<Record<string, string>> = { 'src/main.c': '', 'automation/step-1.sh': '' };
