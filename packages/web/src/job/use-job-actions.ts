// What can be done to the job of a page, by its buttons and by its keys, and why not.
import type { JobBrief } from '@signalbox/protocol/browser';
import { useCancelJob, useMayNot, useRerunJob, whyNotCancel, whyNotRerun } from '../api/actions.ts';

type Action = { readonly go: () => void; readonly busy: boolean; readonly whyNot: string | null };
export type JobActions = { readonly rerun: Action; readonly cancel: Action };

export function useJobActions(job: JobBrief): JobActions {
  const cancel = useCancelJob();
  const rerun = useRerunJob();
  const mayNot = useMayNot('act');
  // The server has taken it, and the worker is ending the run: until then the job still counts as running.
  const ending = cancel.isSuccess && job.state === 'running' && cancel.variables.runCount === job.runCount;
  return {
    rerun: { go: () => rerun.mutate(job), busy: rerun.isPending, whyNot: whyNotRerun(job, mayNot) },
    cancel: { go: () => cancel.mutate(job), busy: cancel.isPending || ending, whyNot: whyNotCancel(job, mayNot) },
  };
}
