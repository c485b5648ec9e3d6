// source: what happened in repositories becomes push rows; files are read at a commit.
// Owns: repo, branch, push; the mirrors on this server's disk.
// Tells: 'push-received' { pushId } for every push that has a commit, in the transaction that wrote it.
// Hears: nothing by itself; flow calls look() when a hook reports, when a repository is added, and when polling is due.
// Hints: repo:ID after pushes; repos and repo:ID when a problem came or went.
// Settings: SIGNALBOX_GIT_SECONDS; the mirrors are opened by openMirrors of forges and passed in.
export { forgetPushes } from './forget-pushes.ts';
export { type SourceLimits, sourceDefaults } from './limits.ts';
export { type LookParts, look } from './look.ts';
export type { Looked } from './look-at-branch.ts';
export { lookAtDue } from './poll.ts';
export { getPush, listBranches, listPushes, type PushFilter } from './read.ts';
export { checkReport, type Report } from './report.ts';
export { addRepo, getRepo, listRepos, type RepoFacts, removeRepo } from './repos.ts';
export { sweepMirrors } from './sweep-mirrors.ts';
export { type TreeAtPushParts, treeAtPush } from './tree-at-push.ts';
