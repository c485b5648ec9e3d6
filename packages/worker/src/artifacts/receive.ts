// Brings artifacts of earlier jobs into the checkout: each goes on where it was cut, and is there whole or not at all.
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { lstat, mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Download } from '@signalbox/protocol/browser';
import { isDiskFull, RunFailure } from '../errors.ts';
import { lightFetchInto } from '../light-fetch.ts';
import { tell } from '../own-log.ts';
import type { ServerLink } from '../server-link.ts';

export type Receiving = {
  readonly link: ServerLink;
  readonly runId: number;
  readonly claimId: string;
  readonly workspace: string;
  /** Where a file lies until it is whole. */
  readonly partFile: string;
  /** How long it is tried again after the first failure. */
  readonly mostSeconds: number;
  readonly signal: AbortSignal;
};

/** How often bytes with a wrong digest are asked for again. */
const tries = 3;

/** @throws RunFailure, Refused, what the file system says, or the signal's reason */
export async function receiveDownload(receiving: Receiving, download: Download): Promise<void> {
  const { partFile, workspace } = receiving;
  const path = join(...download.into.split('/'), ...download.path.split('/'));
  await rm(partFile, { force: true });
  for (let attempt = 1; ; attempt += 1) {
    await fetchAll(receiving, download);
    const sha256 = createHash('sha256');
    await pipeline(createReadStream(partFile), sha256, { signal: receiving.signal });
    if (sha256.digest('hex') === download.sha256) break;
    await rm(partFile, { force: true });
    if (attempt === tries) {
      throw new RunFailure(
        'worker-failed',
        `"${download.path}" of ${download.job} came ${tries} times with wrong bytes`,
      );
    }
  }
  await makeWay(workspace, path);
  await rename(partFile, join(workspace, path));
}

async function fetchAll({ link, runId, claimId, partFile, mostSeconds, signal }: Receiving, download: Download) {
  let endsAt: number | null = null;
  const onFailure = (error: unknown) => {
    if (isDiskFull(error)) throw error;
    endsAt ??= performance.now() + mostSeconds * 1_000;
    if (performance.now() < endsAt) return;
    const what = `"${download.path}" of ${download.job}`;
    throw new RunFailure('worker-failed', `${what} could not be fetched for ${mostSeconds} s: ${tell(error)}`);
  };
  await link.untilAnswered(
    'get-download',
    { params: { run: runId, from: download.run, '*': download.path }, headers: { 'x-claim-id': claimId } },
    {
      signal,
      onFailure,
      fetch: (url, init) => appendTo(partFile, download.sizeBytes, url, init),
      waitSeconds: download.sizeBytes / 1_048_576,
    },
  );
}

/** Asks for what is not there yet, and adds it. */
async function appendTo(file: string, sizeBytes: number, ...[url, init]: Parameters<typeof fetch>): Promise<Response> {
  const there = await sizeOf(file);
  const isBegun = there > 0 && there < sizeBytes;
  const headers = { ...(init?.headers as Record<string, string>), ...(isBegun && { range: `bytes=${there}-` }) };
  return lightFetchInto((status) => {
    if (status !== 200 && status !== 206) return null;
    return createWriteStream(file, { flags: status === 206 ? 'a' : 'w' });
  })(url, { ...init, headers });
}

const sizeOf = async (file: string): Promise<number> => (await stat(file).catch(() => null))?.size ?? 0;

/**
 * Directories for a path within the checkout. A link on the way may lead anywhere, so none is followed; what lies at the place
 * itself is taken away, unless it is a directory.
 */
async function makeWay(workspace: string, path: string): Promise<void> {
  const names = dirname(path)
    .split(/[\\/]/)
    .filter((name) => name !== '' && name !== '.');
  let directory = workspace;
  for (const name of names) {
    directory = join(directory, name);
    const there = await lstat(directory).catch(() => null);
    if (there === null) await mkdir(directory);
    else if (!there.isDirectory()) throw noPlace(path, `"${name}" in the checkout is no directory`);
  }
  const there = await lstat(join(workspace, path)).catch(() => null);
  if (there?.isDirectory()) throw noPlace(path, 'a directory of the checkout has that name');
  if (there) await rm(join(workspace, path));
}

const noPlace = (path: string, why: string) =>
  new RunFailure('artifact-missing', `"${path}" cannot be put into the checkout: ${why}`);
