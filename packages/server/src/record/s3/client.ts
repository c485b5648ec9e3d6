// The calls to an S3 server that the archive needs, and the only file that knows who makes them. It is loaded when S3 is chosen.
//
// Bodies are sent whole and signed with their SHA-256, so the server itself refuses bytes that changed on the way; the checksums
// that the library would add of its own are newer than many servers.
import type { Readable } from 'node:stream';
import type { S3Place } from './place.ts';

export type S3File = { readonly sizeBytes: number; readonly modifiedAt: Date };
export type S3Page = {
  readonly files: readonly (S3File & { readonly key: string })[];
  /** Keys up to the next slash, with it. */
  readonly directories: readonly string[];
  readonly next: string | undefined;
};
export type S3Upload = { readonly key: string; readonly upload: string };
export type SignedAs = { readonly type: string; readonly disposition: string };

export type S3Calls = {
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** Both ends are included. undefined: there is none. */
  get(key: string, range?: { readonly start: number; readonly end: number }): Promise<Readable | undefined>;
  head(key: string): Promise<S3File | undefined>;
  list(prefix: string, most: number, from: string | undefined): Promise<S3Page>;
  remove(key: string): Promise<void>;
  begin(key: string): Promise<S3Upload>;
  /** Answers what `complete` names the part by. */
  sendPart(to: S3Upload, number: number, bytes: Uint8Array): Promise<string>;
  complete(to: S3Upload, parts: readonly string[]): Promise<void>;
  abort(to: S3Upload): Promise<void>;
  /** Uploads below a prefix that were begun before that time and are neither complete nor aborted. */
  unfinished(prefix: string, before: Date): Promise<S3Upload[]>;
  /** An address that gives the file to whoever has it, for so long, with these headers. */
  sign(key: string, as: SignedAs, seconds: number): Promise<string>;
};

const needed = { requestChecksumCalculation: 'WHEN_REQUIRED', responseChecksumValidation: 'WHEN_REQUIRED' } as const;

export async function connectS3(place: S3Place): Promise<S3Calls> {
  // Its notice on standard error that a later version will want a later Node: the lock file says which version there is.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  const s3 = await import('@aws-sdk/client-s3');
  const { getSignedUrl } = await import('@aws-sdk/s3-request-presigner');
  const client = new s3.S3Client({
    ...needed,
    region: place.region,
    forcePathStyle: place.pathStyle,
    maxAttempts: 4,
    requestHandler: {
      connectionTimeout: 5000,
      // Without a byte for so long it is cut, and tried again.
      requestTimeout: place.stallSeconds * 1000,
      throwOnRequestTimeout: true,
      httpAgent: { maxSockets: 64, keepAlive: true },
      httpsAgent: { maxSockets: 64, keepAlive: true },
    },
    ...(place.endpoint === null ? {} : { endpoint: place.endpoint }),
    // Without keys the library looks where programs on AWS find theirs.
    ...(place.accessKey === null || place.secretKey === null
      ? {}
      : { credentials: { accessKeyId: place.accessKey, secretAccessKey: place.secretKey } }),
  });
  const at = (key: string) => ({ Bucket: place.bucket, Key: key });
  const of = ({ key, upload }: S3Upload) => ({ ...at(key), UploadId: upload });

  return {
    async put(key, bytes) {
      await client.send(new s3.PutObjectCommand({ ...at(key), Body: bytes }));
    },
    async get(key, range) {
      const part = range ? { Range: `bytes=${range.start}-${range.end}` } : {};
      const answer = await orAbsent(client.send(new s3.GetObjectCommand({ ...at(key), ...part })));
      return answer?.Body as Readable | undefined;
    },
    async head(key) {
      const answer = await orAbsent(client.send(new s3.HeadObjectCommand(at(key))));
      return answer && { sizeBytes: answer.ContentLength ?? 0, modifiedAt: answer.LastModified ?? new Date(0) };
    },
    async list(prefix, most, from) {
      const answer = await client.send(
        new s3.ListObjectsV2Command({
          Bucket: place.bucket,
          Prefix: prefix,
          Delimiter: '/',
          MaxKeys: most,
          ContinuationToken: from,
        }),
      );
      return {
        files: (answer.Contents ?? []).map(({ Key, Size, LastModified }) => ({
          key: Key ?? '',
          sizeBytes: Size ?? 0,
          modifiedAt: LastModified ?? new Date(0),
        })),
        directories: (answer.CommonPrefixes ?? []).map(({ Prefix }) => Prefix ?? ''),
        next: answer.IsTruncated ? answer.NextContinuationToken : undefined,
      };
    },
    async remove(key) {
      // Gone already is as good as removed; some servers say so, others do not.
      await orAbsent(client.send(new s3.DeleteObjectCommand(at(key))));
    },
    async begin(key) {
      const { UploadId } = await client.send(
        new s3.CreateMultipartUploadCommand({ ...at(key), ContentType: 'application/octet-stream' }),
      );
      return { key, upload: UploadId! };
    },
    async sendPart(to, number, bytes) {
      const { ETag } = await client.send(new s3.UploadPartCommand({ ...of(to), PartNumber: number, Body: bytes }));
      return ETag!;
    },
    async complete(to, parts) {
      const Parts = parts.map((ETag, index) => ({ ETag, PartNumber: index + 1 }));
      await client.send(new s3.CompleteMultipartUploadCommand({ ...of(to), MultipartUpload: { Parts } }));
    },
    async abort(to) {
      await orAbsent(client.send(new s3.AbortMultipartUploadCommand(of(to))));
    },
    async unfinished(prefix, before) {
      const found: S3Upload[] = [];
      let from: { KeyMarker: string | undefined; UploadIdMarker: string | undefined } | undefined;
      do {
        const answer = await client.send(
          new s3.ListMultipartUploadsCommand({ Bucket: place.bucket, Prefix: prefix, ...from }),
        );
        for (const { Key, UploadId, Initiated } of answer.Uploads ?? [])
          if (Key && UploadId && Initiated && Initiated < before) found.push({ key: Key, upload: UploadId });
        from = answer.IsTruncated
          ? { KeyMarker: answer.NextKeyMarker, UploadIdMarker: answer.NextUploadIdMarker }
          : undefined;
      } while (from);
      return found;
    },
    sign: (key, { type, disposition }, seconds) =>
      getSignedUrl(
        client,
        new s3.GetObjectCommand({
          ...at(key),
          ResponseContentType: type,
          ResponseContentDisposition: disposition,
          ResponseCacheControl: 'private, no-store',
        }),
        { expiresIn: seconds },
      ),
  };
}

/** undefined for what is not there; a bucket that is not there is no answer. */
async function orAbsent<Answer>(asked: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (['NoSuchKey', 'NotFound', 'NoSuchUpload'].includes((error as Error).name)) return undefined;
    throw error;
  }
}
