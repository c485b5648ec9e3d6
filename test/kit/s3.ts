// Starts a real S3 server (OpenStack Swift with its S3 API) with everything in a directory of its own, and makes buckets.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { S3Place } from '../../packages/server/src/record/s3/place.ts';
import { howToGetS3Server, s3ServerPython } from '../../scripts/find-s3-server.mjs';
import { directoryToRemove } from './temporary.ts';

export type S3Server = {
  readonly endpoint: string;
  /** How a bucket is spoken to, which is made when it is not there. */
  bucket(name: string): Promise<S3Place>;
  /** Everything that lies there: the keys of files, and of uploads that were begun and not ended. */
  contents(bucket: string): Promise<{ readonly files: string[]; readonly unfinished: string[] }>;
  stop(): Promise<void>;
};

const accessKey = 'test:tester';
const secretKey = 'testing';
const region = 'us-east-1';

export async function startS3(): Promise<S3Server> {
  const home = await directoryToRemove('s3');
  const child = spawn(s3ServerPython, [join(import.meta.dirname, 's3-server.py'), home.path, accessKey, secretKey], {
    // Its input ends with whoever started it, and it ends then.
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4_000);
  });
  const ended = once(child, 'exit');
  const first = await Promise.race([once(createInterface(child.stdout), 'line'), ended.then(() => undefined)]);
  if (!first) throw new Error(`The S3 server did not start: ${said.trim()}\n${howToGetS3Server}`);
  const endpoint = `http://127.0.0.1:${(JSON.parse(String(first[0])) as { port: number }).port}`;
  // As in the archive's own client: it would print a notice.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  const s3 = await import('@aws-sdk/client-s3');
  const client = new s3.S3Client({
    endpoint,
    region,
    forcePathStyle: true,
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
  });
  return {
    endpoint,
    async bucket(name) {
      await client.send(new s3.CreateBucketCommand({ Bucket: name })).catch((error: Error) => {
        if (error.name !== 'BucketAlreadyOwnedByYou') throw error;
      });
      return {
        ...{ endpoint, region, bucket: name, prefix: '', pathStyle: true, accessKey, secretKey },
        ...{ stallSeconds: 30, partBytes: 5 * 1_048_576, partsAtOnce: 3, linkSeconds: null },
      };
    },
    async contents(bucket) {
      const files = await client.send(new s3.ListObjectsV2Command({ Bucket: bucket }));
      const uploads = await client.send(new s3.ListMultipartUploadsCommand({ Bucket: bucket }));
      return {
        files: (files.Contents ?? []).map(({ Key }) => Key ?? '').sort(),
        unfinished: (uploads.Uploads ?? []).map(({ Key }) => Key ?? '').sort(),
      };
    },
    async stop() {
      client.destroy();
      child.stdin.end();
      await ended;
      await home.remove();
    },
  };
}
