// The bar above every page: where one is, where one can go, how the connection stands, and the theme.
import type { Branch } from '@signalbox/protocol/browser';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { LogOut } from 'lucide-react';
import { client } from '../api/client.ts';
import { queries, reposQuery, sessionQuery } from '../api/queries.ts';
import { Button } from './button.tsx';
import { Chooser } from './chooser.tsx';
import { ConnectionState } from './connection-state.tsx';
import { Signal } from './signal.tsx';
import { ThemeSwitch } from './theme-switch.tsx';
import styles from './top-bar.module.css';

/** What the page is about; branches only where another can be chosen. */
export type Place = {
  readonly repo?: string | undefined;
  readonly branch?: string | undefined;
  readonly branches?: readonly Branch[] | undefined;
};

export function TopBar({ place }: { place: Place }) {
  const { data: session } = useQuery(sessionQuery);
  return (
    <header className={styles['bar']}>
      <Link to="/repos" className={styles['name']} aria-label="Signalbox, all repositories">
        <Signal />
        <span>Signalbox</span>
      </Link>
      <nav className={styles['place']} aria-label="Repository and branch">
        {place.repo ? <RepoChooser repo={place.repo} /> : null}
        {place.repo && place.branches ? (
          <BranchChooser repo={place.repo} branch={place.branch} branches={place.branches} />
        ) : null}
        {place.repo && !place.branches && place.branch ? (
          <Link
            className={styles['branch']}
            to="/repos/$repo"
            params={{ repo: place.repo }}
            search={{ branch: place.branch }}
          >
            {place.branch}
          </Link>
        ) : null}
      </nav>
      <nav className={styles['links']} aria-label="Pages">
        <Link to="/workers" activeProps={{ 'aria-current': 'page' }}>
          Workers
        </Link>
        <a href="/docs">API</a>
      </nav>
      <div className={styles['state']}>
        <ConnectionState />
        <ThemeSwitch />
        {session?.login === 'token' && session.name ? <LogOutButton name={session.name} /> : null}
      </div>
    </header>
  );
}

function RepoChooser({ repo }: { repo: string }) {
  const { data: repos = [] } = useQuery(reposQuery);
  return (
    <Chooser label="Repository" current={repo} names={repos.map((one) => one.name)}>
      {(name, choose) => (
        <Link to="/repos/$repo" params={{ repo: name }} search={{}} onClick={choose}>
          {name}
        </Link>
      )}
    </Chooser>
  );
}

const allBranches = 'all branches';

function BranchChooser({
  repo,
  branch,
  branches,
}: {
  repo: string;
  branch: string | undefined;
  branches: readonly Branch[];
}) {
  const names = branches.filter((one) => one.head !== null).map((one) => one.name);
  if (branch && !names.includes(branch)) names.unshift(branch);
  return (
    <Chooser label="Branch" current={branch ?? allBranches} names={[allBranches, ...names]}>
      {(name, choose) => (
        <Link
          to="/repos/$repo"
          params={{ repo }}
          search={(old) => ({ ...old, branch: name === allBranches ? undefined : name })}
          onClick={choose}
        >
          {name}
        </Link>
      )}
    </Chooser>
  );
}

function LogOutButton({ name }: { name: string }) {
  const logOut = async () => {
    queries.setQueryData(sessionQuery.queryKey, await client.call('log-out', {}));
  };
  return (
    <Button kind="plain" onPress={logOut} title={`Logged in as ${name}. Log out.`} label={`Log out ${name}`}>
      <LogOut size={16} aria-hidden="true" />
    </Button>
  );
}
