// `/` leads to the one repository, to the one looked at last, or to all of them.
import { useQuery } from '@tanstack/react-query';
import { Navigate } from '@tanstack/react-router';
import { reposQuery } from '../api/queries.ts';
import { lastRepo } from '../parts/last-repo.ts';
import { ReposPage } from './repos.tsx';

export function Entrance() {
  const { data: repos } = useQuery(reposQuery);
  const last = lastRepo();
  const target = repos?.length === 1 ? repos[0] : repos?.find((repo) => repo.name === last);
  if (target) return <Navigate to="/repos/$repo" params={{ repo: target.name }} search={{}} replace />;
  return <ReposPage />;
}
