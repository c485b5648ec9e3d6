// One push: what it brought, and every pipeline that came of it, its jobs in a table by template and platform.
import type { PushDetail } from '@signalbox/protocol/browser';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useMayNot, useStartPipeline } from '../api/actions.ts';
import { pushQuery, reposQuery } from '../api/queries.ts';
import { standingOf } from '../grid/rows.ts';
import { summaryOf } from '../grid/summary.ts';
import { useLive } from '../live/use-live.ts';
import { poolsInUse } from '../order/pools-in-use.ts';
import { Button } from '../parts/button.tsx';
import { Page } from '../parts/page.tsx';
import { PauseBanners } from '../parts/pause-banners.tsx';
import { Bones, Trouble } from '../parts/states.tsx';
import { ConfigChange } from '../push/config-change.tsx';
import { PipelineCard } from '../push/pipeline-card.tsx';
import { PushHeader } from '../push/push-header.tsx';
import styles from './push.module.css';

const route = getRouteApi('/pushes/$push');

export function PushPage() {
  const id = Number(route.useParams().push);
  const push = useQuery(pushQuery(id));
  const { data: repos } = useQuery(reposQuery);
  const repoId = repos?.find((repo) => repo.name === push.data?.push.repo)?.id;
  const open = push.data?.pipelines.filter((one) => one.pipeline.finishedAt === null) ?? [];
  const topics = [repoId ? `repo:${repoId}` : null, ...open.map((one) => `pipeline:${one.pipeline.id}`)];
  useLive(topics, () => push.refetch());
  const jobs = push.data ? standingOf(push.data).flatMap((one) => one.jobs) : [];
  return (
    <Page
      title={push.data ? `${push.data.push.title} · ${push.data.push.branch}` : 'Push'}
      stand={jobs.length > 0 ? summaryOf(jobs).stand : null}
      place={push.data ? { repo: push.data.push.repo, branch: push.data.push.branch } : {}}
      banners={
        push.data ? (
          <PauseBanners
            scene={{ repo: push.data.push.repo, branch: push.data.push.branch, pools: poolsInUse([push.data]) }}
          />
        ) : null
      }
    >
      {push.data ? (
        <PushBody detail={push.data} />
      ) : push.error ? (
        <Trouble problem={push.error} what="push" again={() => push.refetch()} />
      ) : (
        <Bones what="the push" />
      )}
    </Page>
  );
}

function PushBody({ detail }: { detail: PushDetail }) {
  const { push } = detail;
  const start = useStartPipeline();
  const mayNot = useMayNot('act');
  const gone = push.kind === 'deleted' ? 'The branch was deleted: there is nothing to build.' : null;
  const standing = new Set(standingOf(detail));
  const newestFirst = [...detail.pipelines].sort((a, b) => b.pipeline.id - a.pipeline.id);
  return (
    <div className={styles['page']}>
      <PushHeader push={push}>
        <Button
          onPress={() => start.mutate(push.id)}
          busy={start.isPending}
          whyNot={mayNot ?? gone}
          title="Plan this push again: a new pipeline with a build id of its own"
        >
          Build again
        </Button>
      </PushHeader>
      <ConfigChange key={push.id} push={push} />
      {newestFirst.map((one) => (
        <PipelineCard key={one.pipeline.id} detail={one} open={standing.has(one)} />
      ))}
      {newestFirst.length === 0 && push.kind !== 'deleted' ? <Bones what="the plan of this push" rows={2} /> : null}
    </div>
  );
}
