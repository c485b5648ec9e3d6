// After the chaos: is all that was asked there, once, with its one right verdict and every byte that it printed?
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from '../../packages/server/src/base/index.ts';
import { artifactName, type JobPlan, keyOf, printed, type StepKey, verdictsOf } from './jobs.ts';
import type { World } from './world.ts';

/** What was asked for and acknowledged. */
export type Asked = {
  /** Jobs by the revision whose configuration has them. */
  readonly plans: ReadonlyMap<string, readonly JobPlan[]>;
  /** Pipelines that were started by hand: their request ids. */
  readonly started: Set<string>;
  readonly cancelled: ReadonlySet<number>;
};

export type Judgement = {
  readonly problems: readonly string[];
  readonly pipelines: number;
  readonly jobs: number;
  readonly runs: number;
  /** Runs that were given up and tried again, by reason. */
  readonly lost: Readonly<Record<string, number>>;
  readonly logsCompared: number;
};

type RunRow = {
  readonly id: number;
  readonly jobId: number;
  readonly attempt: number;
  readonly verdict: string | null;
  readonly retried: boolean;
  readonly reason: string;
  readonly name: string;
  readonly revision: string;
  readonly cancelled: boolean;
  /** Seconds from its end to its sealing, and what never arrived until then. */
  readonly sealedAfter: number | null;
  readonly missingBytes: number | null;
};

export async function judge(world: World, asked: Asked): Promise<Judgement> {
  const problems: string[] = [];
  const runs = await readRuns(world);
  const ended = await readEnds(world);
  let logsCompared = 0;
  for (const run of runs) {
    const plan = asked.plans.get(run.revision)?.find((job) => job.name === run.name);
    if (!plan) problems.push(`run ${run.id}: nobody planned its job ${run.name}`);
    else logsCompared += await judgeLogs(world, run, plan, ended, problems);
  }
  return {
    problems: [...problems, ...(await judgePipelines(world, asked)), ...judgeEnds(runs), ...(await judgeGroups(world))],
    ...(await countAll(world)),
    lost: countLost(runs),
    logsCompared,
  };
}

/** Every push and every start has its pipeline, once; every job its one right verdict. */
async function judgePipelines(world: World, asked: Asked): Promise<string[]> {
  const problems: string[] = [];
  const pipelines = await world.db.query<{ id: number; revision: string; requestKey: string; jobs: Verdicts }>(sql`
    select pipeline.id, push.revision, pipeline.request_key as "requestKey",
           coalesce(jsonb_object_agg(job.name, job.verdict) filter (where job.id is not null), '{}') as jobs
    from pipeline join push on push.id = pipeline.push_id left join job on job.pipeline_id = pipeline.id
    group by pipeline.id, push.id order by pipeline.id`);
  const byPush = new Map(pipelines.filter((one) => one.requestKey === 'push').map((one) => [one.revision, one]));
  for (const revision of asked.plans.keys()) {
    if (!byPush.has(revision)) problems.push(`the push of ${revision} was told and has no pipeline`);
  }
  const keys = pipelines.map((one) => one.requestKey);
  for (const request of asked.started) {
    const count = keys.filter((key) => key === request).length;
    if (count !== 1) problems.push(`the start ${request} was taken once and has ${count} pipelines`);
  }
  for (const { id, revision, jobs } of pipelines) {
    const wanted = verdictsOf(asked.plans.get(revision) ?? []);
    for (const [name, verdict] of wanted) {
      const isRight = jobs[name] === verdict;
      const mayBe = asked.cancelled.has(id) && ['cancelled', 'skipped'].includes(jobs[name] ?? '');
      if (!isRight && !mayBe) problems.push(`pipeline ${id}: ${name} is ${jobs[name]}, it should be ${verdict}`);
    }
    if (Object.keys(jobs).length !== wanted.size) problems.push(`pipeline ${id} has other jobs than it should`);
  }
  return problems;
}

type Verdicts = Readonly<Record<string, string | null>>;

function readRuns(world: World): Promise<RunRow[]> {
  return world.db.query<RunRow>(sql`
    select run.id, run.job_id as "jobId", run.attempt, run.verdict, run.retried, run.reason ->> 'code' as reason, job.name,
           push.revision, run.cancel_reason is not null as cancelled, sealed_log.missing_bytes as "missingBytes",
           round(extract(epoch from sealed_log.sealed_at - run.ended_at)) as "sealedAfter"
    from run join job on job.id = run.job_id join pipeline on pipeline.id = job.pipeline_id join push on push.id = pipeline.push_id
    left join sealed_log on sealed_log.run_id = run.id
    order by run.id`);
}

/** By step: the digest that the step itself wrote of what it printed. */
async function readEnds(world: World): Promise<ReadonlyMap<string, string>> {
  const lines = (await readFile(join(world.directory, 'journal', 'steps'), 'utf8').catch(() => '')).split('\n');
  return new Map(
    lines.flatMap((line) => {
      const [word, key = '', digest = ''] = line.split(' ');
      return word === 'end' ? [[key, digest] as const] : [];
    }),
  );
}

/** A run that its worker ended has every byte; one that was lost has a beginning of it, and nothing else. */
async function judgeLogs(
  world: World,
  run: RunRow,
  plan: JobPlan,
  ends: ReadonlyMap<string, string>,
  problems: string[],
): Promise<number> {
  const isWhole = run.verdict === 'passed' || run.verdict === 'failed';
  const about = `${run.verdict}, attempt ${run.attempt}, sealed after ${run.sealedAfter} s without ${run.missingBytes} bytes`;
  const say = (text: string) => problems.push(`run ${run.id} (${about}): ${text}`);
  let last = '';
  for (const [index, step] of plan.steps.entries()) {
    const key: StepKey = { jobId: run.jobId, attempt: run.attempt, step: index + 1 };
    const text = await readStep(world, run.id, index + 1);
    const wanted = printed(key, step.lines);
    if (isWhole && text !== wanted) say(`the log of step ${index + 1} ${difference(text, wanted)}`);
    if (isWhole && ends.get(keyOf(key)) !== digest(text))
      say(`step ${index + 1} noted another digest than its log has`);
    if (!isWhole && !wanted.startsWith(text)) say(`the log of step ${index + 1} ${difference(text, wanted)}`);
    last = wanted;
  }
  if (isWhole && plan.hasArtifact) {
    const answer = await world.ask((client) =>
      client.call('get-artifact', { params: { run: run.id, '*': artifactName } }),
    );
    if ((await answer.text()) !== last) say('its artifact is not what it wrote');
  }
  return plan.steps.length;
}

/** One run decides, unless a person asked again. */
function judgeEnds(runs: readonly RunRow[]): string[] {
  return runs
    .filter((run) => run.verdict === null || (run.retried && run.verdict !== 'errored'))
    .map((run) => `run ${run.id}: ${run.verdict ?? 'it never ended'}, and it was tried again: ${run.retried}`);
}

/** A group has one slot here: no two of its jobs ran at the same time. */
async function judgeGroups({ db }: World): Promise<string[]> {
  const together = await db.query<{ one: number; other: number }>(sql`
    with run_of as (
      select run.id, job.id as job, job.concurrency_group_id as group_id, run.claimed_at as began, run.ended_at as ended
      from run join job on job.id = run.job_id where job.concurrency_group_id is not null
    )
    select one.id as one, other.id as other
    from run_of as one join run_of as other on other.group_id = one.group_id and other.job > one.job
    where one.began < other.ended and other.began < one.ended`);
  return together.map(({ one, other }) => `runs ${one} and ${other} of one group ran at the same time`);
}

function countLost(runs: readonly RunRow[]): Record<string, number> {
  const lost: Record<string, number> = {};
  for (const run of runs) if (run.retried) lost[run.reason] = (lost[run.reason] ?? 0) + 1;
  return lost;
}

async function countAll({ db }: World): Promise<{ pipelines: number; jobs: number; runs: number }> {
  const [counts] = await db.query<{ pipelines: number; jobs: number; runs: number }>(sql`
    select (select count(*) from pipeline) as pipelines, (select count(*) from job) as jobs, (select count(*) from run) as runs`);
  return counts!;
}

async function readStep(world: World, run: number, step: number): Promise<string> {
  let text = '';
  for (;;) {
    const from = Buffer.byteLength(text);
    const part = await world.ask(async (client) => {
      const answer = await client.call('read-log', { params: { run, step }, query: { from } });
      return { text: await answer.text(), size: Number(answer.headers.get('x-log-size')) };
    });
    text += part.text;
    if (part.text === '' || Buffer.byteLength(text) >= part.size) return text;
  }
}

const digest = (text: string) => createHash('sha256').update(text).digest('hex');

function difference(is: string, wanted: string): string {
  const [some, others] = [is.split('\n'), wanted.split('\n')];
  const at = some.findIndex((line, index) => line !== others[index]);
  const [has, should] = [some[at], others[at]].map((line) => JSON.stringify(line));
  return `has ${is.length} of ${wanted.length} characters; its line ${at + 1} is ${has}, it should be ${should}`;
}
