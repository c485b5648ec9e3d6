// Notes when a token was last used: gathered, at most once a minute for each token, and nobody waits for it.
import { type Queryable, sql } from '../base/index.ts';

export type LastUse = { note(tokenId: number): void; stop(): Promise<void> };

const noteEveryMs = 60_000;
const gatherMs = 1000;

export function noteLastUse(db: Queryable, onError: (error: Error) => void): LastUse {
  const notedAt = new Map<number, number>();
  const unwritten = new Set<number>();
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (unwritten.size === 0) return;
    const tokenIds = [...unwritten];
    unwritten.clear();
    writing = writing.then(() => write(db, tokenIds)).catch(onError);
  };

  return {
    note(tokenId) {
      const now = performance.now();
      if (now - (notedAt.get(tokenId) ?? Number.NEGATIVE_INFINITY) < noteEveryMs) return;
      notedAt.set(tokenId, now);
      unwritten.add(tokenId);
      timer ??= setTimeout(flush, gatherMs).unref();
    },
    async stop() {
      flush();
      await writing;
    },
  };
}

/** Several processes may note the same token: the row tells who was first, and a row that is held is being noted. */
async function write(db: Queryable, tokenIds: readonly number[]): Promise<void> {
  await db.query(sql`
    update token set last_used_at = now()
    where id in (
      select id from token
      where id = any(${tokenIds}::bigint[]) and (last_used_at is null or last_used_at < now() - interval '1 minute')
      order by id
      for update skip locked
    )`);
}
