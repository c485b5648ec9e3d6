// Artifacts through a real worker and server into the archive, on a disk and in an S3 bucket: 10,000 small ones and a large one.
// Beside it, in the same run, `cp` of the same files, and the S3 client alone.
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { startProgram } from '../test/kit/programs.ts';
import { type S3Server, startS3 } from '../test/kit/s3.ts';
import { until } from '../test/kit/wait.ts';
import { openPipeline } from './ground/clients.ts';
import { rounded, say } from './ground/figures.ts';
import { type House, startHouse } from './ground/house.ts';
import { Wire } from './ground/wire.ts';

const smallFiles = 10_000;
const smallBytes = 4_096;
const largeBytes = 5 * 1_073_741_824;
const pieceBytes = 16 * 1_048_576;
/** As many as a worker sends at once. */
const atOnce = 8;

export async function archiveBench(args: readonly string[]): Promise<Record<string, number>> {
  const { values } = parseArgs({
    args: [...args],
    options: { scale: { type: 'string', default: '1' }, only: { type: 'string' }, profile: { type: 'string' } },
  });
  const scale = Number(values.scale);
  const home = mkdtempSync(path.join(tmpdir(), 'signalbox-bench-archive-'));
  try {
    const files = writeFiles(home, Math.ceil(smallFiles * scale), Math.ceil(largeBytes * scale));
    const disk = values.only === 's3' ? null : await onDisk(home, files, values.profile);
    const s3 = values.only === 'disk' ? null : await inBucket(home, files, values.profile);
    return { ...(disk !== null && { diskRatio: disk }), ...(s3 !== null && { s3Ratio: s3 }) };
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

type Files = { readonly small: string; readonly large: string; readonly count: number; readonly bytes: number };

/** Bytes that nothing can make smaller. */
function writeFiles(home: string, count: number, bytes: number): Files {
  const files = { small: path.join(home, 'files', 'small'), large: path.join(home, 'files', 'large'), count, bytes };
  mkdirSync(files.small, { recursive: true });
  mkdirSync(files.large);
  const source = openSync('/dev/urandom', 'r');
  const piece = Buffer.alloc(pieceBytes);
  for (let index = 0; index < count; index += 1) {
    readSync(source, piece, 0, smallBytes, null);
    writeFileSync(path.join(files.small, `file-${String(index).padStart(5, '0')}.bin`), piece.subarray(0, smallBytes));
  }
  const large = openSync(path.join(files.large, 'large.bin'), 'w');
  for (let written = 0; written < bytes; written += pieceBytes) {
    readSync(source, piece, 0, pieceBytes, null);
    writeSync(large, piece, 0, Math.min(pieceBytes, bytes - written));
  }
  closeSync(large);
  closeSync(source);
  say(`${count} files of ${smallBytes} bytes, and one of ${Math.round(bytes / 1e6)} MB`);
  return files;
}

type Seconds = { readonly small: number; readonly large: number };

async function onDisk(home: string, files: Files, profile: string | undefined): Promise<number> {
  const copied = {
    small: copy(files.small, path.join(home, 'copy')),
    large: copy(files.large, path.join(home, 'copy')),
  };
  tell('cp and sync', files, copied);
  rmSync(path.join(home, 'copy'), { recursive: true });
  const sent = await send(files, {}, profile);
  tell('worker, server and disk', files, sent);
  return ratio(copied, sent);
}

async function inBucket(home: string, files: Files, profile: string | undefined): Promise<number> {
  const s3 = await startS3();
  try {
    const alone = await putAlone(s3, files);
    tell('the S3 client alone', files, alone);
    const { endpoint, region, accessKey, secretKey } = await s3.bucket('archive');
    const keyFile = path.join(home, 's3-key');
    writeFileSync(keyFile, secretKey ?? '');
    const sent = await send(
      files,
      {
        SIGNALBOX_ARCHIVE: 's3',
        SIGNALBOX_S3_ENDPOINT: endpoint ?? '',
        SIGNALBOX_S3_REGION: region,
        SIGNALBOX_S3_BUCKET: 'archive',
        SIGNALBOX_S3_ACCESS_KEY: accessKey ?? '',
        SIGNALBOX_S3_SECRET_KEY_FILE: keyFile,
      },
      profile,
    );
    tell('worker, server and S3', files, sent);
    return ratio(alone, sent);
  } finally {
    await s3.stop();
  }
}

const ratio = (alone: Seconds, sent: Seconds): number =>
  rounded((alone.small + alone.large) / (sent.small + sent.large), 2);

function tell(what: string, { count, bytes }: Files, { small, large }: Seconds): void {
  say(
    `  ${what}: ${rounded(small, 2)} s for the small ones (${Math.round(count / small)} a second), ` +
      `${rounded(large, 2)} s for the large one (${Math.round(bytes / 1e6 / large)} MB/s)`,
  );
}

/** Until all of it is on the disk, as the archive promises. */
function copy(from: string, to: string): number {
  const began = performance.now();
  cpSync(from, path.join(to, path.basename(from)), { recursive: true });
  execFileSync('sync', ['--file-system', to]);
  return (performance.now() - began) / 1000;
}

/** A job for each kind; what counts is the time of its last step, in which the worker sends. */
async function send(files: Files, settings: Record<string, string>, profile: string | undefined): Promise<Seconds> {
  const house = await startHouse({
    settings: { SIGNALBOX_ARTIFACT_BYTES: String(2 * largeBytes), ...settings },
    profile,
  });
  const worker = startProgram(
    ['worker', '--server', house.address, '--pools', 'bench', '--name', 'w', '--data', path.join(house.data, 'worker')],
    { env: { SIGNALBOX_TOKEN: house.tokens.worker, SIGNALBOX_WORKER_ARTIFACT_BYTES: String(2 * largeBytes) } },
  );
  const person = await Wire.open(house.address, house.tokens.person);
  try {
    const small = await timeOf(house, person, 'small', files.small);
    const large = await timeOf(house, person, 'large', files.large);
    return { small, large };
  } finally {
    person.close();
    await worker.stop('SIGTERM');
    await house.stop();
  }
}

async function timeOf(house: House, person: Wire, name: string, from: string): Promise<number> {
  const pipelineId = await openPipeline(person, house.pushId);
  await person.call('POST', `/api/v1/pipelines/${pipelineId}/jobs`, {
    jobs: [
      {
        name,
        pool: 'bench',
        checkout: false,
        steps: [{ name: 'Link', script: `cp -al ${from} .` }],
        artifacts: [name],
      },
    ],
  });
  const run = await until(
    `${name} to pass`,
    async () => {
      const { rows } = await house.database.query<{
        verdict: string | null;
        reason: { text: string } | null;
        steps: Timed[];
      }>(
        'select run.verdict, run.reason, run.steps from run join job on job.id = run.job_id where job.pipeline_id = $1',
        [pipelineId],
      );
      return rows[0]?.verdict ? rows[0] : undefined;
    },
    { seconds: 3_600 },
  );
  if (run.verdict !== 'passed') throw new Error(`the job ended ${run.verdict}: ${run.reason?.text}`);
  const last = run.steps.at(-1)!;
  return (Date.parse(last.endedAt) - Date.parse(last.startedAt)) / 1000;
}
type Timed = { readonly startedAt: string; readonly endedAt: string };

/** The same calls that the archive makes, from files to the bucket, with nothing around them. */
async function putAlone(server: S3Server, files: Files): Promise<Seconds> {
  const { endpoint, region, accessKey, secretKey } = await server.bucket('alone');
  const s3 = await import('@aws-sdk/client-s3');
  const client = new s3.S3Client({
    endpoint: endpoint ?? '',
    region,
    forcePathStyle: true,
    credentials: { accessKeyId: accessKey ?? '', secretAccessKey: secretKey ?? '' },
  });
  const where = { Bucket: 'alone', Key: 'large.bin' };
  let began = performance.now();
  const names = readdirSync(files.small);
  await each(names, atOnce, async (name) => {
    await client.send(
      new s3.PutObjectCommand({ Bucket: 'alone', Key: name, Body: readFileSync(path.join(files.small, name)) }),
    );
  });
  const small = (performance.now() - began) / 1000;
  began = performance.now();
  const { UploadId } = await client.send(new s3.CreateMultipartUploadCommand(where));
  const large = openSync(path.join(files.large, 'large.bin'), 'r');
  const numbers = Array.from({ length: Math.ceil(files.bytes / pieceBytes) }, (_, index) => index + 1);
  const Parts: { PartNumber: number; ETag: string | undefined }[] = [];
  await each(numbers, 3, async (PartNumber) => {
    const piece = Buffer.alloc(pieceBytes);
    const size = readSync(large, piece, 0, pieceBytes, (PartNumber - 1) * pieceBytes);
    const { ETag } = await client.send(
      new s3.UploadPartCommand({ ...where, UploadId, PartNumber, Body: piece.subarray(0, size) }),
    );
    Parts.push({ PartNumber, ETag });
  });
  closeSync(large);
  Parts.sort((one, other) => one.PartNumber - other.PartNumber);
  await client.send(new s3.CompleteMultipartUploadCommand({ ...where, UploadId, MultipartUpload: { Parts } }));
  client.destroy();
  return { small, large: (performance.now() - began) / 1000 };
}

/** So many at once, in order. */
async function each<Item>(items: readonly Item[], most: number, act: (item: Item) => Promise<void>): Promise<void> {
  const left = items[Symbol.iterator]();
  await Promise.all(
    Array.from({ length: most }, async () => {
      for (const item of left) await act(item);
    }),
  );
}
