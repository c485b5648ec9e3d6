// Work orders for tests: only what a test is about has to be said.
import type { StepSpec, WorkOrder } from '@signalbox/protocol';

export type OrderParts = {
  readonly steps?: readonly (string | Partial<StepSpec>)[];
  readonly spec?: Partial<WorkOrder['spec']>;
  readonly repo?: Partial<WorkOrder['repo']>;
  readonly push?: Partial<WorkOrder['push']>;
  readonly secrets?: Readonly<Record<string, string>>;
};

/** Without a checkout, unless the parts say so. */
export function orderOf(runId: number, parts: OrderParts): WorkOrder {
  const steps = (parts.steps ?? ['true']).map((step, index): StepSpec => {
    const given = typeof step === 'string' ? { script: step } : step;
    return {
      name: `step ${index + 1}`,
      script: 'true',
      shell: 'sh',
      always: false,
      mayFail: false,
      timeoutSeconds: 60,
      silentSeconds: 60,
      ...given,
    };
  });
  return {
    runId,
    claimId: '',
    attempt: 1,
    leaseSeconds: 60,
    job: {
      id: 100 + runId,
      name: 'test-linux',
      pool: 'default',
      attributes: { template: 'test', platform: 'linux', variant: null, group: null, symbol: 'T' },
    },
    spec: { steps, env: {}, checkout: false, artifacts: [], secrets: [], timeoutSeconds: 600, ...parts.spec },
    pipeline: { id: 7, buildId: '20260102030405', cause: 'push' },
    repo: { id: 1, name: 'sample', url: '/nowhere', ...parts.repo },
    push: {
      id: 3,
      branch: 'main',
      revision: '0123456789abcdef0123456789abcdef01234567',
      before: null,
      author: 'Ada Example',
      message: 'A change\n\nwith a body',
      committedAt: '2026-01-02T03:04:05.000Z',
      ...parts.push,
    },
    secrets: { ...parts.secrets },
    links: { job: '/jobs/101', pipeline: '/pipelines/7' },
  };
}
