// What is around every page: the log-in when the server asks for one, the notice, the keyboard help.
import { useQuery } from '@tanstack/react-query';
import { Outlet } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { sessionQuery } from '../api/queries.ts';
import { KeyboardHelp } from '../parts/keyboard-help.tsx';
import { useKeys } from '../parts/keys.ts';
import { NoticeLine } from '../parts/notice.tsx';
import { Page } from '../parts/page.tsx';
import { Bones, Trouble } from '../parts/states.tsx';

const LogInPage = lazy(async () => ({ default: (await import('./log-in.tsx')).LogInPage }));

export function House() {
  const session = useQuery(sessionQuery);
  const [help, setHelp] = useState(false);
  useKeys({ '?': () => setHelp(true) });
  return (
    <>
      {session.data?.login === 'token' && session.data.name === null ? (
        <Suspense>
          <LogInPage />
        </Suspense>
      ) : session.data ? (
        <Outlet />
      ) : (
        <Page title="Signalbox" stand={null}>
          {session.error ? (
            <Trouble problem={session.error} what="session" again={() => session.refetch()} />
          ) : (
            <Bones what="the session" />
          )}
        </Page>
      )}
      <NoticeLine />
      {help ? <KeyboardHelp onClose={() => setHelp(false)} /> : null}
    </>
  );
}
