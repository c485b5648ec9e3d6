// A job for tests, of which only what matters is told.
import type { JobBrief } from '@signalbox/protocol';

let last = 0;

type Told = Partial<Omit<JobBrief, 'attributes'>> & Partial<JobBrief['attributes']>;

export function jobOf(told: Told): JobBrief {
  const id = told.id ?? ++last;
  const { template = 'test', platform = 'linux', variant = null, group = null, symbol = 'T', ...rest } = told;
  return {
    id,
    pipelineId: 1,
    name: `job-${id}`,
    pool: 'default',
    attributes: { template, platform, variant, group, symbol },
    state: rest.verdict ? 'done' : 'waiting',
    verdict: null,
    reason: null,
    priority: 0,
    gate: null,
    coalescedInto: null,
    runCount: 0,
    createdAt: '2026-11-22T16:00:00.000Z',
    readyAt: null,
    startedAt: null,
    finishedAt: null,
    ...rest,
  };
}
