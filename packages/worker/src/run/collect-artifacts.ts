// The last step of a job with artifacts: finds them, sends them, and says in its log what became of each.
import { type Reason, Refused } from '@signalbox/protocol/browser';
import { findArtifacts } from '../artifacts/find.ts';
import { sendArtifact } from '../artifacts/send.ts';
import { isDiskFull, RunFailure } from '../errors.ts';
import { tell } from '../own-log.ts';
import type { Stage } from './run-steps.ts';

/** Null when all are there. @throws Interrupted, RunFailure */
export async function collectArtifacts(stage: Stage, index: number): Promise<Reason | null> {
  const { order, house, directory, hold, signal } = stage;
  const { settings, link } = house;
  const say = (sentence: string) => hold.write(index, `${sentence}\n`);
  const wrong: string[] = [];
  const complain = (sentence: string) => {
    say(sentence);
    wrong.push(sentence);
  };
  const found = await findArtifacts(directory.workspace, order.spec.artifacts, settings.artifactFiles);
  for (const sentence of found.refused) complain(sentence);
  for (const pattern of found.empty) complain(`No file matches "${pattern}".`);
  if (found.tooMany) complain(`More than ${settings.artifactFiles} files match; the rest is not taken.`);
  for (const path of found.files) {
    signal.throwIfAborted();
    try {
      const { runId, claimId } = order;
      const { workspace } = directory;
      const sizeBytes = await sendArtifact({
        link,
        runId,
        claimId,
        workspace,
        path,
        mostBytes: settings.artifactBytes,
        mostSeconds: settings.artifactSeconds,
        signal,
      });
      say(`${path} (${sizeBytes} bytes)`);
    } catch (error) {
      if (error instanceof RunFailure) throw error;
      signal.throwIfAborted();
      if (isDiskFull(error) || (error instanceof Refused && error.code === 'claim-lost')) throw error;
      complain(`"${path}" could not be sent: ${tell(error)}.`);
    }
  }
  const [first] = wrong;
  if (first === undefined) return null;
  const more = wrong.length > 1 ? ` (and ${wrong.length - 1} more)` : '';
  return { code: 'artifact-missing', text: `${first.replace(/\.$/, '')}${more}` };
}
