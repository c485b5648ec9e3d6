// Sends one file to the server as it is read, with its digest before it: whole, or a large one so that it can go on after a cut.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Refused, type ResultFormatName, Unreachable } from '@signalbox/protocol/browser';
import { crashPoint } from '../crash-point.ts';
import { RunFailure } from '../errors.ts';
import { tell } from '../own-log.ts';
import { Interrupted } from '../run/outcome.ts';
import type { ServerLink } from '../server-link.ts';
import { fetchFrom, type Rest, sendRest } from './send-rest.ts';

export type Sending = {
  readonly link: ServerLink;
  readonly runId: number;
  readonly claimId: string;
  readonly workspace: string;
  readonly path: string;
  /** It is a file of test results of this format. */
  readonly results: ResultFormatName | 'auto' | undefined;
  readonly mostBytes: number;
  /** From this size on it goes on where it was cut. */
  readonly resumeBytes: number;
  /** How long it is tried again after the first failure. */
  readonly mostSeconds: number;
  readonly signal: AbortSignal;
};

/** How often a file that changes while it is read is begun again. */
const tries = 3;

/** Its size. @throws Refused when the server does not take it; RunFailure when it cannot for too long; what the file system says; the signal's reason */
export async function sendArtifact(sending: Sending): Promise<number> {
  const { link, runId, claimId, path, results, signal } = sending;
  const patience = new Patience(sending);
  for (let attempt = 1; ; attempt++) {
    const file = await within(sending.workspace, path);
    const { size } = await stat(file);
    if (size > sending.mostBytes) {
      throw new Refused(
        'too-large',
        `it has ${size} bytes, and ${sending.mostBytes} is the most that this worker sends`,
      );
    }
    const hash = createHash('sha256');
    await pipeline(createReadStream(file), hash, { signal });
    const headers = {
      'x-claim-id': claimId,
      'x-sha256': hash.digest('hex'),
      ...(results && { 'x-results': results }),
    };
    const onFailure = (error: unknown) => patience.fails(error);
    const onProgress = () => patience.refresh();
    const rest = { link, runId, path, headers, file, sizeBytes: size, signal, onFailure, onProgress };
    try {
      if (size < sending.resumeBytes || !(await sendRest(rest))) await sendWhole(rest);
      crashPoint('artifact-sent');
      return size;
    } catch (error) {
      if (patience.hasRunOut()) throw patience.noRoom();
      if (!(error instanceof Refused && error.code === 'digest-mismatch' && attempt < tries)) throw error;
    }
  }
}

/** Reading at the pace of the network takes what it takes, so the limit of a call grows with the size: 1 MB/s at least. */
async function sendWhole({ link, runId, path, headers, file, sizeBytes, signal, onFailure }: Rest): Promise<void> {
  await link.untilAnswered(
    'put-artifact',
    { params: { run: runId, '*': path }, headers: headers as never, body: new Uint8Array() },
    {
      signal,
      onFailure,
      fetch: (url, init) => fetchFrom(file, 0, sizeBytes, url, init),
      waitSeconds: sizeBytes / 1_048_576,
    },
  );
}

/**
 * A server that fails again and again is no fault of the job: its run is tried again, not held until its time is up. One that has
 * no room says so, and is waited for as long as the job may last.
 */
class Patience {
  readonly #sending: Sending;
  #endsAt: number | null = null;
  #isFull = false;

  constructor(sending: Sending) {
    this.#sending = sending;
  }

  /** @throws RunFailure when it has lasted too long */
  fails(error: unknown): void {
    const { path, mostSeconds } = this.#sending;
    this.#isFull = error instanceof Unreachable && error.code === 'disk-full';
    if (this.#isFull) this.#endsAt = null;
    else this.#endsAt ??= performance.now() + mostSeconds * 1_000;
    if (this.#endsAt === null || performance.now() < this.#endsAt) return;
    throw new RunFailure('worker-failed', `"${path}" could not be sent for ${mostSeconds} s: ${tell(error)}`);
  }

  /** It goes on, if slowly. */
  refresh(): void {
    this.#endsAt = null;
  }

  /** The time of the job was over while the server had no room. */
  hasRunOut(): boolean {
    const { reason } = this.#sending.signal;
    return this.#isFull && reason instanceof Interrupted && reason.kind === 'job-timed-out';
  }

  noRoom(): RunFailure {
    const text = `the disk of the server was full until the time of the job was over: "${this.#sending.path}" is not kept`;
    return new RunFailure('disk-full', text);
  }
}

/** Asked again at the last moment: a link may have been put in its place. */
async function within(workspace: string, path: string): Promise<string> {
  const [root, file] = await Promise.all([realpath(workspace), realpath(join(workspace, path))]);
  if (!file.startsWith(root + sep)) throw new Refused('bad-request', 'it is a link that leaves the checkout');
  return file;
}
