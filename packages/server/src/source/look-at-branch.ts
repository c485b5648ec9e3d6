// Records what happened to one branch, and starts over when another look was first.
import { type Db, sql, type Tell } from '../base/index.ts';
import { isAncestor, type Mirror } from '../forges/index.ts';
import { type ArrivedParts, arrivedBy } from './arrived.ts';
import { recordedHeads } from './look-state.ts';
import { decideMoves, type Questions, type Standing } from './moves.ts';
import { recordMoves } from './record-moves.ts';
import type { CheckedReport } from './report.ts';

/** What came of a look. */
export type Looked = {
  /** The pushes that this look recorded, oldest first. */
  readonly pushIds: readonly number[];
  /** Why a report was not recorded as it was said. Not a failure. */
  readonly ignored?: string | undefined;
};

/** So many times somebody else may be first before it is left to the next look. */
const races = 5;

export async function lookAtBranch(
  { db, tell }: { readonly db: Db; readonly tell: Tell },
  repoId: number,
  arriving: ArrivedParts,
  branch: string,
  seen: Standing,
  said: CheckedReport | undefined,
): Promise<Looked> {
  const questions = questionsOf(db, repoId, arriving.mirror, branch);
  let standing = seen;
  for (let race = 0; race < races; race += 1) {
    const { moves, ignored } = await decideMoves(standing, said, questions);
    const pushes = [];
    for (const move of moves) pushes.push(await arrivedBy(arriving, branch, move));
    const pushIds = await recordMoves(db, tell, repoId, pushes);
    if (pushIds) return { pushIds, ignored };
    standing = await standingNow(db, repoId, arriving, branch);
  }
  throw new Error(`branch ${branch} of repository ${repoId} moved ${races} times while it was looked at`);
}

/** Somebody else was first, perhaps with newer news: what is recorded is read first, then the remote is asked again. */
async function standingNow(
  db: Db,
  repoId: number,
  { mirror, signal }: ArrivedParts,
  branch: string,
): Promise<Standing> {
  const head = (await recordedHeads(db, repoId)).get(branch) ?? null;
  await mirror.fetch(signal);
  return { head, current: (await mirror.heads()).get(branch) ?? null };
}

function questionsOf(db: Db, repoId: number, mirror: Mirror, branch: string): Questions {
  return {
    has: (revision) => mirror.has(revision),
    isAncestor: async (older, newer) =>
      (await mirror.has(older)) && (await mirror.has(newer)) && isAncestor(mirror, older, newer),
    async isRecorded(before, revision) {
      const [row] = await db.query(sql`
        select id from push
        where repo_id = ${repoId} and branch = ${branch} and revision = ${revision}
          and (${before === undefined} or before is not distinct from ${before ?? null})
        limit 1`);
      return row !== undefined;
    },
  };
}
