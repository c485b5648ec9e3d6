// All repositories, how the last look at each went, and how to add one.
import type { Repo } from '@signalbox/protocol/browser';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { reposQuery } from '../api/queries.ts';
import { useLive } from '../live/use-live.ts';
import { Command } from '../parts/command.tsx';
import { Page } from '../parts/page.tsx';
import { Bones, Trouble } from '../parts/states.tsx';
import { Ago } from '../parts/time.tsx';
import styles from './repos.module.css';

export function ReposPage() {
  const repos = useQuery(reposQuery);
  useLive(['repos'], () => repos.refetch());
  return (
    <Page title="Repositories" stand={null}>
      <div className={styles['page']}>
        <h1>Repositories</h1>
        {repos.data ? (
          <RepoList repos={repos.data} />
        ) : repos.error ? (
          <Trouble problem={repos.error} what="repositories" again={() => repos.refetch()} />
        ) : (
          <Bones what="the repositories" rows={3} />
        )}
      </div>
    </Page>
  );
}

function RepoList({ repos }: { repos: readonly Repo[] }) {
  return (
    <>
      {repos.length > 0 ? (
        <ul className={styles['list']}>
          {repos.map((repo) => (
            <li key={repo.id}>
              <Link to="/repos/$repo" params={{ repo: repo.name }} search={{}} className={styles['name']}>
                {repo.name}
              </Link>
              <code className={styles['url']}>{repo.url}</code>
              <p className={styles['look']}>
                {repo.lastLookAt ? (
                  <>
                    looked at <Ago at={repo.lastLookAt} />
                    {repo.pollSeconds > 0 ? `, every ${repo.pollSeconds} s` : ', when a hook calls'}
                  </>
                ) : (
                  'not looked at yet'
                )}
              </p>
              {repo.problem ? <p className={styles['problem']}>The last look failed: {repo.problem}</p> : null}
            </li>
          ))}
        </ul>
      ) : null}
      <section className={styles['add']}>
        <h2>{repos.length > 0 ? 'Add another' : 'No repository yet'}</h2>
        <p>
          {repos.length > 0
            ? 'In a terminal, with a path or an address:'
            : 'Signalbox builds what lies in git. In a terminal, tell it of a repository on this machine, or of one that git can clone:'}
        </p>
        <Command text="signalbox add ~/src/myrepo" />
        {repos.length > 0 ? null : (
          <>
            <Command text="signalbox add https://example.org/team/myrepo.git" />
            <p>
              Its pushes appear here by themselves. What a push runs is written in its file .signalbox.yml; this writes
              one to begin with:
            </p>
            <Command text="cd ~/src/myrepo && signalbox init" />
          </>
        )}
      </section>
    </>
  );
}
