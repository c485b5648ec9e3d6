// What holds up the jobs of one repository: its closed branches, its paused lanes, and how many jobs of a group may go at once.
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { gridQuery, groupsQuery, pausesQuery } from '../api/queries.ts';
import { useLive } from '../live/use-live.ts';
import { GroupTable } from '../order/group-table.tsx';
import { PauseList } from '../order/pause-list.tsx';
import { Page } from '../parts/page.tsx';
import { Bones, Trouble } from '../parts/states.tsx';
import styles from './order.module.css';

const route = getRouteApi('/repos/$repo/order');

export function OrderPage() {
  const { repo } = route.useParams();
  const groups = useQuery(groupsQuery(repo));
  const pauses = useQuery(pausesQuery);
  const grid = useQuery(gridQuery(repo, undefined));
  const again = () => Promise.all([groups.refetch(), pauses.refetch()]);
  useLive(['pauses', 'groups', grid.data ? `repo:${grid.data.repo.id}` : null], again);
  const problem = groups.error ?? pauses.error;
  return (
    <Page title={`Order of ${repo}`} stand={null} place={{ repo, branches: grid.data?.branches ?? [] }}>
      <div className={styles['page']}>
        <h1>Order of {repo}</h1>
        {groups.data && pauses.data ? (
          <>
            <PauseList repo={repo} pauses={pauses.data} grid={grid.data} />
            <GroupTable repo={repo} groups={groups.data} />
          </>
        ) : problem ? (
          <Trouble problem={problem} what="repository" again={again} />
        ) : (
          <Bones what="the order" rows={3} />
        )}
      </div>
    </Page>
  );
}
