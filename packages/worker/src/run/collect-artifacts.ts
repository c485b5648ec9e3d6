// The last step of a job with artifacts or test results: finds them, sends them, and says in its log what became of each.
import { type JobSpec, type Reason, Refused, type ResultFormatName } from '@signalbox/protocol/browser';
import { findArtifacts } from '../artifacts/find.ts';
import { sendArtifact } from '../artifacts/send.ts';
import { isDiskFull, RunFailure } from '../errors.ts';
import { tell } from '../own-log.ts';
import type { Stage } from './run-steps.ts';

export const keepsFiles = ({ artifacts, results = [] }: JobSpec): boolean => artifacts.length + results.length > 0;

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
  const results = await findResults(stage);
  for (const sentence of results.sentences) say(sentence);
  const send = async (path: string) => {
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
        results: results.formats.get(path),
        mostBytes: settings.artifactBytes,
        resumeBytes: settings.artifactResumeBytes,
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
  };
  // What takes long for a small file is waiting for its answer: some are on their way at once.
  await eachAtOnce([...new Set([...found.files, ...results.formats.keys()])], settings.artifactsAtOnce, send);
  const [first] = wrong;
  if (first === undefined) return null;
  const more = wrong.length > 1 ? ` (and ${wrong.length - 1} more)` : '';
  return { code: 'artifact-missing', text: `${first.replace(/\.$/, '')}${more}` };
}

/** The first failure ends the rest, when those that are on their way have settled. */
async function eachAtOnce(paths: readonly string[], most: number, act: (path: string) => Promise<void>): Promise<void> {
  const left = paths[Symbol.iterator]();
  const lines = Array.from({ length: Math.max(1, most) }, async () => {
    for (const path of left) await act(path);
  });
  const settled = await Promise.allSettled(
    lines.map((line) =>
      line.catch((error: unknown) => {
        for (const _ of left); // No more begins.
        throw error;
      }),
    ),
  );
  for (const one of settled) if (one.status === 'rejected') throw one.reason;
}

type Results = {
  /** By path. Of several entries that match a file the first one counts. */
  readonly formats: ReadonlyMap<string, ResultFormatName | 'auto'>;
  readonly sentences: readonly string[];
};

/** That one is missing says nothing of the job: tests that did not come to run write none. */
async function findResults({ order, house, directory }: Stage): Promise<Results> {
  const formats = new Map<string, ResultFormatName | 'auto'>();
  const sentences: string[] = [];
  for (const { files, format } of order.spec.results ?? []) {
    const found = await findArtifacts(directory.workspace, [files], house.settings.artifactFiles - formats.size);
    sentences.push(...found.refused);
    if (found.empty.length > 0) sentences.push(`No test results: no file matches "${files}".`);
    if (found.tooMany) sentences.push(`Too many files match "${files}"; the rest is not read.`);
    for (const path of found.files) if (!formats.has(path)) formats.set(path, format ?? 'auto');
  }
  return { formats, sentences };
}
