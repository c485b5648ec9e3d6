// The pages and their addresses. Everything that a page shows is in its address, as plain words.
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { prefetchJob } from './api/queries.ts';
import { Bones } from './parts/states.tsx';
import { BrokenPage } from './routes/broken.tsx';
import { Entrance } from './routes/entrance.tsx';
import { GridPage } from './routes/grid.tsx';
import { House } from './routes/house.tsx';
import { LostPage } from './routes/lost.tsx';
import { ReposPage } from './routes/repos.tsx';

export type GridSearch = { branch?: string | undefined; q?: string | undefined; only?: string | undefined };
export type JobSearch = {
  run?: number | undefined;
  step?: number | 'none' | undefined;
  /** What is searched for in the log: as a regular expression, by case, and whether only such lines are shown. */
  q?: string | undefined;
  regex?: 1 | undefined;
  case?: 1 | undefined;
  only?: 'matches' | undefined;
  /** Which time stands before each line of the log. */
  times?: 'absolute' | 'relative' | 'delta' | undefined;
  /** Instead of the log, how it differs from the last green one of its lane. */
  compare?: 1 | undefined;
};

const root = createRootRoute({ component: House, notFoundComponent: LostPage });

const entrance = createRoute({ getParentRoute: () => root, path: '/', component: Entrance });
const repos = createRoute({ getParentRoute: () => root, path: '/repos', component: ReposPage });
const grid = createRoute({
  getParentRoute: () => root,
  path: '/repos/$repo',
  component: GridPage,
  validateSearch: (search: Record<string, unknown>): GridSearch => ({
    branch: word(search['branch']),
    q: word(search['q']),
    only: word(search['only']),
  }),
});
const order = createRoute({
  getParentRoute: () => root,
  path: '/repos/$repo/order',
  component: lazyRouteComponent(() => import('./routes/order.tsx'), 'OrderPage'),
});
const push = createRoute({
  getParentRoute: () => root,
  path: '/pushes/$push',
  component: lazyRouteComponent(() => import('./routes/push.tsx'), 'PushPage'),
});
const job = createRoute({
  getParentRoute: () => root,
  path: '/jobs/$job',
  component: lazyRouteComponent(() => import('./routes/job.tsx'), 'JobPage'),
  validateSearch: (search: Record<string, unknown>): JobSearch => ({
    run: number(search['run']),
    step: search['step'] === 'none' ? 'none' : number(search['step']),
    q: word(search['q']),
    regex: flag(search['regex']),
    case: flag(search['case']),
    only: search['only'] === 'matches' ? 'matches' : undefined,
    times: (['absolute', 'relative', 'delta'] as const).find((mode) => mode === search['times']),
    compare: flag(search['compare']),
  }),
  // While its scripts are on their way.
  loaderDeps: ({ search }) => ({ run: search.run }),
  loader: ({ params, deps }) => void prefetchJob(Number(params.job), deps.run),
});
const workers = createRoute({
  getParentRoute: () => root,
  path: '/workers',
  component: lazyRouteComponent(() => import('./routes/workers.tsx'), 'WorkersPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([entrance, repos, grid, order, push, job, workers]),
  defaultPreload: 'intent',
  defaultPendingComponent: () => <Bones what="the page" />,
  defaultErrorComponent: BrokenPage,
  scrollRestoration: true,
  // Plain words instead of JSON, so that people can read and write addresses.
  parseSearch: (search) => Object.fromEntries(new URLSearchParams(search)),
  stringifySearch: (search) => {
    const words = new URLSearchParams();
    for (const [key, value] of Object.entries(search)) if (value !== undefined) words.set(key, String(value));
    const text = words.toString().replaceAll('%2C', ',').replaceAll('%2F', '/');
    return text ? `?${text}` : '';
  },
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

function word(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function flag(value: unknown): 1 | undefined {
  return value === '1' || value === 1 ? 1 : undefined;
}

function number(value: unknown): number | undefined {
  const read = Number(value);
  return value !== undefined && Number.isSafeInteger(read) && read >= 0 ? read : undefined;
}
