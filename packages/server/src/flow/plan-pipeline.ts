// A push becomes a pipeline: its configuration is read at its own commit, planned, and submitted.
import { type Loaded, planPush, starterFile } from '@signalbox/plan';
import type { Cause, Mistake, Push } from '@signalbox/protocol';
import { crashPoint, type Db, type Live, sql } from '../base/index.ts';
import type { Mirrors } from '../forges/index.ts';
import { type QueueLimits, type Submission, submit } from '../queue/index.ts';
import { branchLevel } from './branch-level.ts';
import { configurationAtPush } from './configuration-at-push.ts';
import type { Configurations } from './configurations.ts';
import { lintAtPush } from './lint-at-push.ts';

export type PlanAsked = { readonly pushId: number; readonly cause: Cause; readonly requestKey: string };
export type PlanPipelineParts = {
  readonly db: Db;
  readonly live: Live;
  readonly mirrors: Mirrors;
  readonly queueLimits: QueueLimits;
  readonly configurations: Configurations;
};

/** Repeating it with the same request key changes nothing. */
export async function planPipeline(parts: PlanPipelineParts, asked: PlanAsked): Promise<void> {
  const { db, live, queueLimits } = parts;
  const [push] = await db.query<Push & { repoId: number }>(sql`select * from push_shape where id = ${asked.pushId}`);
  // A repository that was removed meanwhile, or a branch that was deleted, has nothing to build.
  if (!push || push.revision === null) return;
  const loaded = await configurationAtPush(parts, { ...push, revision: push.revision, cause: asked.cause });
  const planned = plan(loaded, push, asked.cause);
  const found = loaded.kind === 'configuration' ? await lintAtPush(db, push.repoId, loaded.configuration) : [];
  const submission = {
    ...planned,
    warnings: each([...found, ...(planned.warnings ?? [])]),
    pushId: push.id,
    cause: asked.cause,
    requestKey: asked.requestKey,
    level: await branchLevel(db, push.repoId, push.branch),
  };
  const { topics } = await submit(db, submission, queueLimits);
  crashPoint('submit-committed');
  live.hint(`repo:${push.repoId}`, ...topics);
}

/** What two of them say is said once. */
const each = (mistakes: readonly Mistake[]): Mistake[] => [
  ...new Map(mistakes.map((one) => [JSON.stringify([one.file, one.line, one.column, one.message]), one])).values(),
];

type Planned = Pick<Submission, 'jobs' | 'leftOut' | 'problem' | 'warnings'>;

function plan(loaded: Loaded, { branch, message, files }: Push, cause: Cause): Planned {
  if (loaded.kind === 'configuration') {
    return { ...planPush(loaded.configuration, { branch, message, files }, cause), problem: null };
  }
  const problem =
    loaded.kind === 'absent'
      ? ({ kind: 'no-configuration', starter: starterFile() } as const)
      : ({ kind: 'mistakes', mistakes: loaded.mistakes } as const);
  return { jobs: [], leftOut: [], warnings: [], problem };
}
