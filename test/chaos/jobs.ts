// What the chaos tests have built: small graphs of jobs whose every printed line, verdict and artifact is known beforehand.
import { join } from 'node:path';
import type { Random } from './random.ts';

export type StepPlan = {
  readonly lines: number;
  /** It rests so often in between, so many milliseconds. */
  readonly rests: number;
  readonly restMs: number;
  readonly exitCode: number;
  /** It begins to print when a file of this name is in the journal. */
  readonly waitsFor?: string;
};
export type JobPlan = {
  readonly name: string;
  readonly pool: string;
  readonly needs: readonly string[];
  readonly steps: readonly StepPlan[];
  /** Keeps what its last step printed as an artifact. */
  readonly hasArtifact: boolean;
  /** Only one job of a group runs at a time, over all pipelines. */
  readonly group?: string;
};

/** Which run, which step: what the lines of a log carry and what the file beside is called. */
export type StepKey = { readonly jobId: number; readonly attempt: number; readonly step: number };
export const keyOf = ({ jobId, attempt, step }: StepKey): string => `${jobId}-${attempt}-${step}`;

export const artifactName = 'printed.txt';

/**
 * `print.sh LINES RESTS SECONDS CODE`. The lines go to the log; beside it, outside of the run's directory, are noted that the
 * step began, and that it ended with the digest of what it printed.
 */
export const printScript = `key="$CI_JOB_ID-$CI_JOB_ATTEMPT-$CI_STEP_NUMBER"
echo "begin $key" >> "$JOURNAL/steps"
every=$(( $1 / ($2 + 1) + 1 ))
i=0 sum=0
while [ $i -lt $1 ]; do
  i=$((i + 1)) sum=$(((sum * 31 + i) % 1000003))
  echo "line $i of $key, sum $sum"
  [ $((i % every)) -ne 0 ] || sleep $3
done | tee "$JOURNAL/$key"
cp "$JOURNAL/$key" ${artifactName}
echo "end $key $(sha256sum < "$JOURNAL/$key" | cut -c 1-64)" >> "$JOURNAL/steps"
exit $4
`;

/** The same lines, made here. */
export function printed(key: StepKey, lines: number): string {
  const name = keyOf(key);
  let text = '';
  for (let i = 1, sum = 0; i <= lines; i += 1) {
    sum = (sum * 31 + i) % 1_000_003;
    text += `line ${i} of ${name}, sum ${sum}\n`;
  }
  return text;
}

/** JSON is YAML. */
export function configOf(jobs: readonly JobPlan[], directory: string): string {
  const script = join(directory, 'print.sh');
  const entries = jobs.map((job) => [
    job.name,
    {
      pool: job.pool,
      ...(job.needs.length > 0 && { needs: job.needs }),
      ...(job.group && { concurrency: job.group }),
      checkout: false,
      attempts: 10,
      steps: job.steps.map((step) => {
        const print = `sh ${script} ${step.lines} ${step.rests} ${step.restMs / 1000} ${step.exitCode}`;
        const wait = `until [ -e "$JOURNAL/${step.waitsFor}" ]; do sleep 0.1; done`;
        return { script: step.waitsFor ? `${wait}\n${print}` : print };
      }),
      ...(job.hasArtifact && { artifacts: [artifactName], results: [{ files: artifactName, format: 'tap' }] }),
    },
  ]);
  return JSON.stringify({ env: { JOURNAL: join(directory, 'journal') }, jobs: Object.fromEntries(entries) }, null, 1);
}

/** How each job must end, whatever is killed meanwhile. */
export function verdictsOf(jobs: readonly JobPlan[]): Map<string, 'passed' | 'failed' | 'skipped'> {
  const verdicts = new Map<string, 'passed' | 'failed' | 'skipped'>();
  for (const job of jobs) {
    const isFree = job.needs.every((need) => verdicts.get(need) === 'passed');
    const fails = job.steps.some((step) => step.exitCode !== 0);
    verdicts.set(job.name, isFree ? (fails ? 'failed' : 'passed') : 'skipped');
  }
  return verdicts;
}

/** A diamond or two, now and then with a job that fails: three to seven jobs, each after any of those before it. */
export function someJobs(random: Random, pools: readonly string[]): JobPlan[] {
  const jobs: JobPlan[] = [];
  for (let number = 1, count = random.whole(3, 7); number <= count; number += 1) {
    const before = jobs.map((job) => job.name);
    const needs = before.filter(() => random.chance(1.2 / before.length)).slice(0, 3);
    jobs.push({
      name: `job${number}`,
      pool: random.pick(pools),
      needs,
      steps: someSteps(random),
      hasArtifact: random.chance(0.25),
      ...(random.chance(0.06) && { group: 'alone' }),
    });
  }
  return jobs;
}

function someSteps(random: Random): StepPlan[] {
  const fails = random.chance(0.08);
  const count = random.whole(1, 2);
  return Array.from({ length: count }, (_, index) => ({
    lines: random.chance(0.15) ? random.whole(1000, 4000) : random.whole(1, 200),
    rests: random.chance(0.5) ? random.whole(1, 4) : 0,
    restMs: random.whole(50, 600),
    exitCode: fails && index === count - 1 ? 1 : 0,
  }));
}
