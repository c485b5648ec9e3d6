// Decides which moves of a branch are recorded, from what was recorded last, where it stands now, and what a hook said.
// Pushes that follow each other quickly become pushes of their own when each is reported; what nobody reported becomes one.
import type { CheckedReport } from './report.ts';

/** null: the branch was not there, or is gone. */
export type BranchMove = { readonly before: string | null; readonly after: string | null };
export type Standing = {
  /** What was recorded last. */
  readonly head: string | null;
  /** Where it is in the mirror, which is as new as the report or newer. */
  readonly current: string | null;
};
export type Questions = {
  has(revision: string): Promise<boolean>;
  /** False also when one of them is not in the mirror. */
  isAncestor(older: string, newer: string): Promise<boolean>;
  /** Whether this very push was recorded before. */
  isRecorded(before: string | null | undefined, revision: string): Promise<boolean>;
};
export type Decision = {
  readonly moves: readonly BranchMove[];
  /** Why what was reported is not recorded as reported. */
  readonly ignored?: string;
};

export async function decideMoves(
  { head, current }: Standing,
  report: CheckedReport | undefined,
  ask: Questions,
): Promise<Decision> {
  const asFound = head === current ? [] : [{ before: head, after: current }];
  const said = report?.revision;
  if (!report || said === undefined) return { moves: asFound };
  const { branch, before } = report;
  if (said === null) {
    if (current === null) return { moves: asFound };
    return { moves: asFound, ignored: `${branch} was said to be deleted, and is there` };
  }
  if (said === head) return { moves: [], ignored: `${branch} at ${said} is recorded already` };
  if (!(await ask.has(said))) return { moves: asFound, ignored: `${said} is not in the repository` };
  if (said !== current) {
    if (current === null || !(await ask.isAncestor(said, current))) {
      return { moves: asFound, ignored: `${branch} no longer holds ${said}` };
    }
    if (head !== null && (await ask.isAncestor(said, head))) {
      return { moves: [], ignored: `${said} is part of what is recorded of ${branch} already` };
    }
    if (await ask.isRecorded(before, said)) return { moves: [], ignored: `${said} was recorded on ${branch} before` };
  }
  // What it says the branch was before was a head too: the report of that one is late or lost.
  const between = before !== head && before ? before : undefined;
  const inLine =
    between !== undefined &&
    between !== said &&
    (await ask.isAncestor(between, said)) &&
    (head === null || (await ask.isAncestor(head, between)));
  if (!inLine) return { moves: [{ before: head, after: said }] };
  return {
    moves: [
      { before: head, after: between },
      { before: between, after: said },
    ],
  };
}
