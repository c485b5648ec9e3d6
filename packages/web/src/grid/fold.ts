// Lays the jobs of a push out for the grid: platforms, variants, groups; and folds many that stand alike into a count.
import type { JobBrief } from '@signalbox/protocol/browser';
import { type Stand, standOf, stands } from '../text/stand.ts';
import { groupBy } from './group-by.ts';

export type Fold = { readonly stand: Stand; readonly jobs: readonly JobBrief[] };
/** Jobs of one group (or, without a group, of one template). */
export type Cluster = {
  readonly key: string;
  /** Written before the parenthesis; null when the jobs stand for themselves. */
  readonly label: string | null;
  readonly shown: readonly JobBrief[];
  readonly folds: readonly Fold[];
};
export type VariantSection = { readonly variant: string | null; readonly clusters: readonly Cluster[] };
export type PlatformRow = { readonly platform: string | null; readonly variants: readonly VariantSection[] };

/** More than this many of one kind become a count. */
const mostAlike = 4;
const mostRunning = 12;

/** Platforms and variants in the order of their names; what names no platform comes last. */
export function layOut(jobs: readonly JobBrief[], unfolded: ReadonlySet<string> = new Set()): PlatformRow[] {
  const rows: PlatformRow[] = [];
  for (const [platform, ofPlatform] of grouped(jobs, (job) => job.attributes.platform)) {
    const variants: VariantSection[] = [];
    for (const [variant, ofVariant] of grouped(ofPlatform, (job) => job.attributes.variant)) {
      const clusters: Cluster[] = [];
      for (const [key, members] of inPlanOrder(ofVariant)) {
        const path = `${platform ?? ''}/${variant ?? ''}/${key}`;
        const label = members[0]?.attributes.group ?? null;
        clusters.push({ key: path, label, ...fold(members, (stand) => unfolded.has(`${path}/${stand}`)) });
      }
      variants.push({ variant, clusters });
    }
    rows.push({ platform, variants });
  }
  return rows;
}

/** Failures are never folded; of what stands alike, a few stay and many become one count. */
export function fold(
  jobs: readonly JobBrief[],
  isUnfolded: (stand: Stand) => boolean,
): Pick<Cluster, 'shown' | 'folds'> {
  const byStand = groupBy(jobs, standOf);
  const folded = new Set<Stand>();
  for (const stand of stands) {
    const alike = byStand.get(stand)?.length ?? 0;
    if (alike > mostOf(stand) && !isUnfolded(stand)) folded.add(stand);
  }
  return {
    shown: jobs.filter((job) => !folded.has(standOf(job))),
    folds: stands.filter((stand) => folded.has(stand)).map((stand) => ({ stand, jobs: byStand.get(stand) ?? [] })),
  };
}

function mostOf(stand: Stand): number {
  if (stand === 'failed' || stand === 'errored') return Number.POSITIVE_INFINITY;
  return stand === 'running' ? mostRunning : mostAlike;
}

function clusterKey(job: JobBrief): string {
  return job.attributes.group ? `group ${job.attributes.group}` : `template ${job.attributes.template}`;
}

const inOrder = new Intl.Collator('en', { numeric: true });
const byName = (a: JobBrief, b: JobBrief) => inOrder.compare(a.name, b.name) || a.id - b.id;

/** Named keys in the order of their names, what has none last. */
function grouped(jobs: readonly JobBrief[], keyOf: (job: JobBrief) => string | null): [string | null, JobBrief[]][] {
  return [...groupBy(jobs, keyOf)].sort(
    ([a], [b]) => Number(a === null) - Number(b === null) || inOrder.compare(a ?? '', b ?? ''),
  );
}

/** What was planned first stands first: builds before the tests that need them. */
function inPlanOrder(jobs: readonly JobBrief[]): [string, JobBrief[]][] {
  const planned = [...jobs].sort((a, b) => a.id - b.id);
  return [...groupBy(planned, clusterKey)].map(([key, members]) => [key, members.sort(byName)]);
}
