// The dialogs that ask which branch is to be closed, or which lane of which branch is to be paused.
import type { Grid } from '@signalbox/protocol/browser';
import { useId, useState } from 'react';
import { PauseDialog } from '../parts/pause-dialog.tsx';

type Props = { readonly repo: string; readonly grid: Grid | undefined; readonly onClose: () => void };

export function CloseBranch({ repo, grid, onClose }: Props) {
  const [branch, setBranch] = useState(grid?.repo.defaultBranch ?? '');
  return (
    <PauseDialog
      title={`Close a branch of ${repo}`}
      verb="Close the tree"
      target={{ kind: 'branch', repo, branch: branch.trim() }}
      hint="tests are red since 4f2a1c"
      onClose={onClose}
    >
      <Named label="Branch" value={branch} onChange={setBranch} names={branchesOf(grid)} />
    </PauseDialog>
  );
}

export function PauseLane({ repo, grid, onClose }: Props) {
  const [branch, setBranch] = useState(grid?.repo.defaultBranch ?? '');
  const [lane, setLane] = useState('');
  return (
    <PauseDialog
      title={`Pause a lane of ${repo}`}
      verb="Pause the lane"
      target={{ kind: 'lane', repo, branch: branch.trim(), lane: lane.trim() }}
      hint="fills the disks; Dana mends it"
      onClose={onClose}
    >
      <Named label="Lane: the name of a job" value={lane} onChange={setLane} names={lanesOf(grid)} />
      <Named label="Branch" value={branch} onChange={setBranch} names={branchesOf(grid)} />
    </PauseDialog>
  );
}

type NamedProps = {
  readonly label: string;
  readonly value: string;
  readonly onChange: (text: string) => void;
  readonly names: readonly string[];
};

/** Names that are known are offered; others may be typed. */
function Named({ label, value, onChange, names }: NamedProps) {
  const id = useId();
  return (
    <label>
      {label}
      <input
        required
        maxLength={250}
        list={id}
        autoComplete="off"
        spellCheck={false}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      <datalist id={id}>
        {names.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </label>
  );
}

const mostOffered = 500;

function branchesOf(grid: Grid | undefined): string[] {
  return (grid?.branches ?? []).filter((one) => one.head !== null).map((one) => one.name);
}

function lanesOf(grid: Grid | undefined): string[] {
  const jobs = (grid?.rows ?? []).flatMap((row) => row.pipelines).flatMap((one) => one.jobs);
  return [...new Set(jobs.map((job) => job.name))].sort().slice(0, mostOffered);
}
