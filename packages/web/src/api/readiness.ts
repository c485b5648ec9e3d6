// How the server itself stands, as /readyz says: whether its database answers, and whether its disk has room.
import { queryOptions } from '@tanstack/react-query';

export type Readiness = {
  /** `away`: nobody answers. `not-ready`: the server does, and its database does not. */
  readonly status: 'ready' | 'not-ready' | 'away';
  readonly disk: 'well' | 'low' | 'full';
};

const usualLook = 15_000;
const soonLook = 3_000;

export const readinessQuery = queryOptions({
  queryKey: ['readiness'],
  queryFn: ({ signal }) => readReadiness(signal),
  // While something is wrong it is looked at again soon: a banner that stays too long teaches people not to read it.
  refetchInterval: ({ state }) => (isWell(state.data) ? usualLook : soonLook),
  retry: false,
});

const isWell = (readiness: Readiness | undefined) => readiness?.status === 'ready' && readiness.disk === 'well';

async function readReadiness(signal: AbortSignal): Promise<Readiness> {
  try {
    const answer = await fetch('/readyz', { signal });
    const said = (await answer.json()) as Partial<Readiness>;
    return { status: answer.ok ? 'ready' : 'not-ready', disk: said.disk ?? 'well' };
  } catch (error) {
    // The page was left: no answer is no sign then.
    if (signal.aborted) throw error;
    return { status: 'away', disk: 'well' };
  }
}
