// A push becomes a pipeline: its configuration is read at its own commit, planned, and submitted.
import { compile, starterFile } from '@signalbox/plan';
import type { Cause, Mistake, Push } from '@signalbox/protocol';
import { crashPoint, type Db, type Live, sql } from '../base/index.ts';
import type { Mirrors } from '../forges/index.ts';
import { type QueueLimits, type Submission, submit } from '../queue/index.ts';
import { type FileAtPush, readFileAtPush } from '../source/index.ts';
import { branchLevel } from './branch-level.ts';

export const configFile = '.signalbox.yml';

export type PlanAsked = { readonly pushId: number; readonly cause: Cause; readonly requestKey: string };
export type PlanPipelineParts = {
  readonly db: Db;
  readonly live: Live;
  readonly mirrors: Mirrors;
  readonly queueLimits: QueueLimits;
};

/** Repeating it with the same request key changes nothing. */
export async function planPipeline(parts: PlanPipelineParts, asked: PlanAsked): Promise<void> {
  const { db, live, mirrors, queueLimits } = parts;
  const [push] = await db.query<Push & { repoId: number }>(sql`select * from push_shape where id = ${asked.pushId}`);
  // A repository that was removed meanwhile, or a branch that was deleted, has nothing to build.
  if (!push || push.revision === null) return;
  const file = await readFileAtPush({ db, mirrors }, push.repoId, push.revision, configFile);
  const submission = {
    ...plan(file, push, asked.cause),
    pushId: push.id,
    cause: asked.cause,
    requestKey: asked.requestKey,
    level: await branchLevel(db, push.repoId, push.branch),
  };
  const { topics } = await submit(db, submission, queueLimits);
  crashPoint('submit-committed');
  live.hint(`repo:${push.repoId}`, ...topics);
}

type Planned = Pick<Submission, 'jobs' | 'leftOut' | 'problem' | 'warnings'>;

function plan(file: FileAtPush, push: Push, cause: Cause): Planned {
  if (file.kind === 'absent')
    return { jobs: [], leftOut: [], problem: { kind: 'no-configuration', starter: starterFile() } };
  if (file.kind === 'unreadable')
    return mistaken([{ file: configFile, line: 1, column: 1, message: file.says, hint: null, excerpt: '' }]);
  const { branch, message, files } = push;
  const compiled = compile({ text: file.text, file: configFile, push: { branch, message, files }, cause });
  if (compiled.kind === 'mistakes') return mistaken(compiled.mistakes);
  return { ...compiled.plan, problem: null };
}

const mistaken = (mistakes: readonly Mistake[]): Planned => ({
  jobs: [],
  leftOut: [],
  problem: { kind: 'mistakes', mistakes: [...mistakes] },
});
