// forges: where repositories live. Git as a guarded command: an address is checked before git sees it, git sees no
// configuration but ours, asks nobody, runs no hook and no helper, and every call has a time limit and an output limit.
// Owns: the directory of mirrors. Tells and hears nothing. Reads no settings itself: limits come in as values.
// Needs git 2.32 or later. Knows no SQL.
export { explainFetch } from './explain.ts';
export { type FileAt, fileAt, namesAt } from './file-at.ts';
export { GitFailed, type GitFailure } from './git-failed.ts';
export type { RemoteHeads } from './heads.ts';
export {
  type Arrival,
  changedFiles,
  commitsListed,
  describeMove,
  type Head,
  isAncestor,
  type Move,
} from './history.ts';
export type { GitLimits, Mirror } from './mirror.ts';
export { Mirrors, type MirrorsOptions, openMirrors } from './mirrors.ts';
export { branchNameLimit, isBranchName, isNoRevision, isRevision } from './names.ts';
export { parseRepoUrl, type RepoUrl, type RepoUrlKind, type RepoUrlOptions, withoutCredentials } from './repo-url.ts';
export { straightLine } from './straight-line.ts';
