// What people ask of the configuration of a push: where the fields of a job come from.
import type { ConfigurationParts } from '../../flow/configuration-at-push.ts';
import { jobOrigins } from '../../flow/job-origins.ts';
import type { Handlers } from '../handler.ts';

export function configuringHandlers(parts: ConfigurationParts): Handlers<'get-job-origins'> {
  return {
    'get-job-origins': ({ params }) => jobOrigins(parts, params.job),
  };
}
