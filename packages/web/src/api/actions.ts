// What a person may do from a page: each action is said to have worked, or why not, in the notice.
import type { JobBrief, Scope } from '@signalbox/protocol/browser';
import { useMutation, useQuery } from '@tanstack/react-query';
import { notify } from '../parts/notice-store.ts';
import { counted } from '../text/size.ts';
import { isOpen, standOf } from '../text/stand.ts';
import { jobChanged, lookAtPipeline } from './changes.ts';
import { client } from './client.ts';
import { queries, sessionQuery } from './queries.ts';
import { requestId } from './request-id.ts';

export function useCancelJob() {
  return useMutation({
    mutationFn: (job: JobBrief) => client.call('cancel-job', { params: { job: job.id } }),
    onSuccess: async (job) => {
      jobChanged(job);
      const ending = isOpen(standOf(job)) ? 'is being cancelled; its worker ends it' : 'is cancelled';
      notify(`${job.name} ${ending}.`);
      await settle(job);
    },
    onError: tell,
  });
}

export function useRerunJob() {
  return useMutation({
    mutationFn: (job: JobBrief) => client.call('rerun-job', { params: { job: job.id } }),
    onSuccess: async (job) => {
      jobChanged(job);
      notify(`${job.name} runs again.`);
      await settle(job);
    },
    onError: tell,
  });
}

export function useCancelPipeline() {
  return useMutation({
    mutationFn: (pipeline: number) => client.call('cancel-pipeline', { params: { pipeline } }),
    onSuccess: async ({ cancelled }, pipeline) => {
      notify(`${counted(cancelled, 'job')} cancelled. Those that run end within seconds.`);
      await Promise.all([lookAtPipeline(pipeline), queries.invalidateQueries({ queryKey: ['push'] })]);
    },
    onError: tell,
  });
}

export function useStartPipeline() {
  return useMutation({
    // A double click asks once: the request id is made per press, and the button waits for the answer.
    mutationFn: (push: number) => client.call('start-pipeline', { params: { push }, body: { requestId: requestId() } }),
    onSuccess: async () => {
      notify('Planned again: a new pipeline appears in a moment.');
      await queries.invalidateQueries({ queryKey: ['push'] });
    },
    onError: tell,
  });
}

/** Why this person may not do what asks for this scope; null when they may. An administrator may all of it. */
export function useMayNot(scope: Exclude<Scope, 'work'>): string | null {
  const { data } = useQuery(sessionQuery);
  if (!data || data.scopes.includes(scope) || data.scopes.includes('admin')) return null;
  return `Your token does not have the scope \`${scope}\`.`;
}

export function whyNotCancel(job: JobBrief, mayNot: string | null): string | null {
  if (mayNot) return mayNot;
  return job.state === 'done' ? 'It has ended already.' : null;
}

export function whyNotRerun(job: JobBrief, mayNot: string | null): string | null {
  if (mayNot) return mayNot;
  return job.state === 'done' ? null : 'It has not ended yet. Cancel it first to start over.';
}

/** Looks again at all that shows this job. */
export async function settle(job: JobBrief): Promise<void> {
  await Promise.all([
    lookAtPipeline(job.pipelineId),
    queries.invalidateQueries({ queryKey: ['job', job.id] }),
    queries.invalidateQueries({ queryKey: ['explanation', job.id] }),
    queries.invalidateQueries({ queryKey: ['push'] }),
  ]);
}

export function tell(problem: Error): void {
  notify(problem.message, 'problem');
}
