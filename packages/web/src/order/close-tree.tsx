// Closes the branch that a page shows, for those who may: no job of it is claimed until somebody opens it.
import { useQuery } from '@tanstack/react-query';
import { TrafficCone } from 'lucide-react';
import { useState } from 'react';
import { useMayNot } from '../api/actions.ts';
import { pausesQuery } from '../api/queries.ts';
import { Button } from '../parts/button.tsx';
import { PauseDialog } from '../parts/pause-dialog.tsx';

export function CloseTree({ repo, branch }: { repo: string; branch: string }) {
  const [asking, setAsking] = useState(false);
  const mayNot = useMayNot('order');
  const { data: pauses = [] } = useQuery(pausesQuery);
  const closed = pauses.some((one) => one.kind === 'branch' && one.repo === repo && one.branch === branch);
  if (mayNot !== null || closed) return null;
  return (
    <>
      <Button kind="plain" onPress={() => setAsking(true)} title={`Claim no more jobs of ${branch}`}>
        <TrafficCone size={14} aria-hidden="true" /> Close tree…
      </Button>
      {asking ? (
        <PauseDialog
          title={`Close ${branch} of ${repo}`}
          verb="Close the tree"
          target={{ kind: 'branch', repo, branch }}
          hint="tests are red since 4f2a1c"
          onClose={() => setAsking(false)}
        />
      ) : null}
    </>
  );
}
