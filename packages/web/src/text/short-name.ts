// What is left of a job's name beside its template and its platform, for places that show those already; often nothing.
import type { JobBrief } from '@signalbox/protocol/browser';

export function shortName(job: Pick<JobBrief, 'name' | 'attributes'>): string {
  const { template, platform } = job.attributes;
  let rest = job.name;
  for (const known of [template, platform]) if (known) rest = rest.replace(known, '\u0000');
  return rest
    .replace(/[-_/:,()\s]*\u0000[-_/:,()\s]*/g, '\u0000')
    .split('\u0000')
    .filter(Boolean)
    .join(' ')
    .replace(/^[(\s]+|[)\s]+$/g, '');
}
