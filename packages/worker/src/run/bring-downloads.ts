// Before the first step: the artifacts of earlier jobs that the job needs, each said in the log of the set-up.
import { join } from 'node:path';
import { type JobSpec, type Reason, Refused } from '@signalbox/protocol/browser';
import { receiveDownload } from '../artifacts/receive.ts';
import { RunFailure } from '../errors.ts';
import type { Stage } from './run-steps.ts';

export const wantsDownloads = ({ downloads = [] }: JobSpec): boolean => downloads.length > 0;

/** Null when all are there. @throws Interrupted, RunFailure */
export async function bringDownloads(stage: Stage): Promise<Reason | null> {
  const { order, house, directory, hold, signal } = stage;
  const { link, settings } = house;
  const { runId, claimId } = order;
  const call = { params: { run: runId }, headers: { 'x-claim-id': claimId } };
  const { items, missing } = await link.untilAnswered('list-downloads', call, { signal });
  for (const { job, pattern, why } of missing) hold.write(0, `"${pattern}" of ${job}: ${why}\n`);
  const [first] = missing;
  if (first) {
    const more = missing.length > 1 ? ` (and ${missing.length - 1} more)` : '';
    return {
      code: 'artifact-missing',
      text: `"${first.pattern}" of ${first.job}: ${first.why.replace(/\.$/, '')}${more}`,
    };
  }
  for (const item of items) {
    signal.throwIfAborted();
    try {
      const partFile = join(directory.path, 'download.part');
      const { workspace } = directory;
      await receiveDownload(
        { link, runId, claimId, workspace, partFile, mostSeconds: settings.artifactSeconds, signal },
        item,
      );
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof Refused) || error.code === 'claim-lost') throw error;
      throw new RunFailure('artifact-missing', `"${item.path}" of ${item.job}: ${error.message}`);
    }
    hold.write(0, `${join(item.into, item.path)} of ${item.job} (${item.sizeBytes} bytes)\n`);
  }
  return null;
}
