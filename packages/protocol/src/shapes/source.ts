// What happened in repositories: repositories, branches and pushes as the API shows them.
import { type Static, Type } from 'typebox';
import { oneOf } from '../words.ts';
import { Instant, RowId } from './basics.ts';

export const RepoName = Type.String({
  pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$',
  description: 'A name in addresses and commands: letters, digits, dot, dash, underscore.',
});

export const BranchLevel = Type.Object({
  pattern: Type.String({ minLength: 1, maxLength: 250, description: 'A branch, or a pattern such as `release/*`.' }),
  level: Type.Integer({ minimum: 1, maximum: 3, description: '3 comes first.' }),
});
export type BranchLevel = Static<typeof BranchLevel>;

export const Repo = Type.Object({
  id: RowId,
  name: RepoName,
  url: Type.String({ description: 'A path on the server or a git URL (https, ssh, git, file).' }),
  defaultBranch: Type.Union([Type.String(), Type.Null()]),
  pollSeconds: Type.Integer({ minimum: 0, description: 'How often it is looked at without a call; 0 = never.' }),
  branchLevels: Type.Array(BranchLevel, {
    description:
      'How much branches matter in line: the first pattern that matches counts. Else the default branch has 2, others 1.',
  }),
  createdAt: Instant,
  lastLookAt: Type.Union([Instant, Type.Null()]),
  problem: Type.Union([Type.String(), Type.Null()], { description: 'Why the last look failed, for a person.' }),
});
export type Repo = Static<typeof Repo>;

export const Branch = Type.Object({
  name: Type.String(),
  head: Type.Union([Type.String(), Type.Null()], { description: 'The newest revision; null once deleted.' }),
  updatedAt: Instant,
});
export type Branch = Static<typeof Branch>;

export const Commit = Type.Object({
  revision: Type.String(),
  author: Type.String(),
  title: Type.String(),
  committedAt: Instant,
});
export type Commit = Static<typeof Commit>;

export const pushKinds = ['created', 'forward', 'rewritten', 'deleted'] as const;

export const Push = Type.Object({
  id: RowId,
  repo: RepoName,
  branch: Type.String(),
  kind: oneOf(pushKinds, 'forward: adds commits. rewritten: the branch no longer holds what it held before.'),
  revision: Type.Union([Type.String(), Type.Null()], {
    description: 'Newest commit; null when the branch was deleted.',
  }),
  before: Type.Union([Type.String(), Type.Null()]),
  author: Type.String(),
  title: Type.String({ description: "First line of the newest commit's message." }),
  message: Type.String({ description: "The newest commit's whole message." }),
  commits: Type.Array(Commit, { description: 'Newest first, at most 100.' }),
  commitCount: Type.Integer(),
  files: Type.Union([Type.Array(Type.String()), Type.Null()], {
    description: 'Changed paths; null when too many to know, which counts as everything.',
  }),
  receivedAt: Instant,
});
export type Push = Static<typeof Push>;
