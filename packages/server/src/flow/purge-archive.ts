// What is over by the rules leaves the archive, and the audit says what, how much and by which rule: by itself, or when somebody asks.
import { audit } from '../access/index.ts';
import { crashPoint, type Db } from '../base/index.ts';
import { type ArchiveStore, markDue, planPurge, removeMarked } from '../record/index.ts';

export type Purged = { readonly files: number; readonly sizeBytes: number; readonly more: boolean };

/** As many pipelines as a plan shows; `more`: ask again. What an earlier one had marked when it died goes first. */
export async function purgeArchive(
  db: Db,
  store: ArchiveStore,
  historySeconds: number,
  by: string,
  isStopped: () => boolean = () => false,
): Promise<Purged> {
  await removeAll();
  const { items, totals } = await planPurge(db, historySeconds);
  let [files, sizeBytes] = [0, 0];
  for (const pipelineId of new Set(items.map(({ pipeline }) => pipeline))) {
    if (isStopped()) break;
    const ofPipeline = items.filter(({ pipeline }) => pipeline === pipelineId);
    // Logs and artifacts that are due together go together: a pin holds both, or is refused.
    const marked = await db.transaction(async (tx) => {
      const all = { files: 0, sizeBytes: 0 };
      for (const item of ofPipeline) {
        const done = await markDue(tx, item, historySeconds);
        if (done.files === 0) continue;
        const { pipeline, kind, rule, repo, branch, cause } = item;
        await audit(tx, by, 'archive.purge', `pipeline ${pipeline}`, { kind, rule, repo, branch, cause, ...done });
        all.files += done.files;
        all.sizeBytes += done.sizeBytes;
      }
      return all;
    });
    if (marked.files > 0) crashPoint('purge-marked');
    files += marked.files;
    sizeBytes += marked.sizeBytes;
    await removeAll();
  }
  const planned = totals.reduce((sum, total) => sum + total.pipelines, 0);
  return { files, sizeBytes, more: planned > items.length };

  async function removeAll(): Promise<void> {
    while (!isStopped() && (await removeMarked(db, store)) > 0);
  }
}
