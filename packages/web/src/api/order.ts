// What release engineers do to the line: pause, resume, hold workers, set limits, answer gates, raise. Each says what it did.
// They throw when it did not work, so that a dialog can stay open and say why.
import type { Call, JobBrief, Pause, Worker, WorkerHold } from '@signalbox/protocol/browser';
import { notify } from '../parts/notice-store.ts';
import { pauseTitle } from '../text/pause.ts';
import { settle } from './actions.ts';
import { jobChanged } from './changes.ts';
import { client } from './client.ts';
import { queries } from './queries.ts';

export async function pause(body: Call<'pause'>['body']): Promise<void> {
  const made = await client.call('pause', { body });
  notify(`${pauseTitle(made)}. What runs goes on.`);
  await lookAgain('pauses', 'explanation');
}

export async function resume(one: Pause): Promise<void> {
  await client.call('resume', { params: { pause: one.id } });
  notify(`No longer so: ${pauseTitle(one)}.`);
  await lookAgain('pauses', 'explanation');
}

export async function holdWorker(worker: Worker, hold: WorkerHold): Promise<void> {
  await client.call('hold-worker', { params: { worker: worker.id }, body: hold });
  notify(`${worker.name} is ${hold.kind} and gets no more runs.`);
  await lookAgain('workers', 'pools', 'explanation');
}

export async function letWorkerGo(worker: Worker): Promise<void> {
  await client.call('let-worker-go', { params: { worker: worker.id } });
  notify(`${worker.name} takes runs again.`);
  await lookAgain('workers', 'pools', 'explanation');
}

export async function setWaitBudget(pool: string, waitBudgetSeconds: number): Promise<void> {
  await client.call('set-pool', { params: { pool }, body: { waitBudgetSeconds } });
  notify(
    waitBudgetSeconds === 0 ? `Any free worker of ${pool} takes its jobs at once.` : `The wait of ${pool} is set.`,
  );
  await lookAgain('pools', 'explanation');
}

export async function setSlots(repo: string, group: string, slots: number): Promise<void> {
  await client.call('set-group', { params: { repo, group }, body: { slots } });
  notify(`${group} has ${slots} ${slots === 1 ? 'slot' : 'slots'} now.`);
  await lookAgain('groups', 'explanation');
}

export async function answerGate(job: JobBrief, answer: 'approve' | 'reject', comment: string): Promise<void> {
  const body = { answer, ...(comment.trim() !== '' && { comment: comment.trim() }) };
  const answered = await client.call('answer-gate', { params: { job: job.id }, body });
  jobChanged(answered);
  notify(answer === 'approve' ? `${job.name} is approved.` : `${job.name} is rejected.`);
  await settle(answered);
}

export async function raiseJob(job: JobBrief, priority: number): Promise<void> {
  const raised = await client.call('raise-job', { params: { job: job.id }, body: { priority } });
  jobChanged(raised);
  notify(`${job.name} has priority ${raised.priority} now.`);
  await settle(raised);
}

async function lookAgain(...keys: readonly string[]): Promise<void> {
  await Promise.all(keys.map((key) => queries.invalidateQueries({ queryKey: [key] })));
}
