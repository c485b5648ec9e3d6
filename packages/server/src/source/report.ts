// What a hook says of a branch that moved. It comes from outside: it is checked before anything believes it.
import { Refused } from '@signalbox/protocol';
import { isBranchName, isNoRevision, isRevision } from '../forges/index.ts';

/** As it is said: `revision` and `before` are whole commit ids; all zeros = deleted, new. */
export type Report = {
  readonly branch?: string | undefined;
  readonly revision?: string | undefined;
  readonly before?: string | undefined;
};
/** As it is understood: null = no commit (deleted, new); undefined = not said. */
export type CheckedReport = {
  readonly branch: string;
  readonly revision: string | null | undefined;
  readonly before: string | null | undefined;
};

/** undefined when it names no branch: then it only says "look". @throws Refused bad-request */
export function checkReport(report: Report): CheckedReport | undefined {
  if (report.branch === undefined) return undefined;
  const branch = report.branch.replace(/^refs\/heads\//, '');
  if (!isBranchName(branch)) {
    throw new Refused('bad-request', `${JSON.stringify(branch)} cannot be the name of a branch.`);
  }
  return { branch, revision: revisionOf('revision', report.revision), before: revisionOf('before', report.before) };
}

function revisionOf(field: string, text: string | undefined): string | null | undefined {
  if (text === undefined || text === '') return undefined;
  if (isNoRevision(text)) return null;
  if (isRevision(text)) return text;
  throw new Refused(
    'bad-request',
    `${field} ${JSON.stringify(text.slice(0, 80))} is no commit id: give all 40 (or 64) hex digits, or all zeros.`,
  );
}
