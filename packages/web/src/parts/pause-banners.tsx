// Says on a page that its branch is closed, or that a lane or a pool of its jobs is paused: by whom, why, since when.
import type { Pause } from '@signalbox/protocol/browser';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMayNot } from '../api/actions.ts';
import { resume } from '../api/order.ts';
import { pausesQuery } from '../api/queries.ts';
import { useLive } from '../live/use-live.ts';
import { pausesOf, pauseTitle, type Scene } from '../text/pause.ts';
import { counted } from '../text/size.ts';
import { Banner, bannerClass } from './banner.tsx';
import { Button } from './button.tsx';
import { notify } from './notice-store.ts';
import { Ago } from './time.tsx';

/** More than these are on the page of the repository's order. */
const mostShown = 3;

export function PauseBanners({ scene }: { scene: Scene }) {
  const pauses = useQuery(pausesQuery);
  useLive(['pauses'], () => pauses.refetch());
  const all = pausesOf(pauses.data ?? [], scene);
  const more = all.length - mostShown;
  return (
    <>
      {all.slice(0, mostShown).map((pause) => (
        <PauseBanner key={pause.id} pause={pause} />
      ))}
      {more > 0 ? (
        <Banner kind="stop" title={`${counted(more, 'more pause')}:`}>
          <Link to="/repos/$repo/order" params={{ repo: scene.repo }}>
            all that is closed or paused
          </Link>
        </Banner>
      ) : null}
    </>
  );
}

function PauseBanner({ pause }: { pause: Pause }) {
  const mayNot = useMayNot('order');
  return (
    <Banner
      kind="stop"
      title={`${pauseTitle(pause)}:`}
      actions={mayNot === null ? <ResumeButton pause={pause} /> : null}
    >
      <span>{pause.reason}</span>{' '}
      <span className={bannerClass['more']}>
        by {pause.by}, <Ago at={pause.at} />. What runs goes on; what is ready waits.
      </span>
    </Banner>
  );
}

export function ResumeButton({ pause }: { pause: Pause }) {
  const mayNot = useMayNot('order');
  const go = useMutation({
    mutationFn: () => resume(pause),
    onError: (problem) => notify(problem.message, 'problem'),
  });
  return (
    <Button
      onPress={() => go.mutate()}
      busy={go.isPending}
      whyNot={mayNot}
      label={`${resumeWord(pause)}: ${nameOf(pause)}`}
    >
      {resumeWord(pause)}
    </Button>
  );
}

const resumeWord = ({ kind }: Pause) => (kind === 'branch' ? 'Open the tree' : 'Resume');
const nameOf = ({ kind, pool, branch, lane }: Pause) => (kind === 'pool' ? pool : kind === 'lane' ? lane : branch);
