// What people ask of the configuration of a push: where the fields of a job come from, what a push changes, what lanes cost.
import type { ConfigurationParts } from '../../flow/configuration-at-push.ts';
import { jobOrigins } from '../../flow/job-origins.ts';
import { pushConfigDiff } from '../../flow/push-config-diff.ts';
import { listUsualDurations } from '../../queue/index.ts';
import { getRepo } from '../../source/index.ts';
import type { Handlers } from '../handler.ts';

type Ids = 'get-job-origins' | 'diff-push-configuration' | 'list-lane-durations';

export function configuringHandlers(parts: ConfigurationParts): Handlers<Ids> {
  const { db } = parts;
  return {
    'get-job-origins': ({ params }) => jobOrigins(parts, params.job),
    'diff-push-configuration': ({ params }) => pushConfigDiff(parts, params.push),
    async 'list-lane-durations'({ params, query }) {
      const { id } = await getRepo(db, params.repo);
      return { items: await listUsualDurations(db, id, query.branch) };
    },
  };
}
