// Where on an S3 server an archive lies, and how it is spoken to: what the settings say of it.
export type S3Place = {
  /** null: Amazon's own, of that region. */
  readonly endpoint: string | null;
  readonly region: string;
  readonly bucket: string;
  /** Put before every path: without a slash at either end; '' for none. */
  readonly prefix: string;
  /** The bucket stands in the path of an address, not in its host. */
  readonly pathStyle: boolean;
  /** null, both of them: as the environment of the process gives them, as on Amazon's machines. */
  readonly accessKey: string | null;
  readonly secretKey: string | null;
  /** How long a call may stand still. */
  readonly stallSeconds: number;
  /** Bytes of one part: so much is sent, and tried again, at once. */
  readonly partBytes: number;
  /** Parts of one upload that are sent at the same time; with the one that fills, so many are in memory. */
  readonly partsAtOnce: number;
  /** Whether readers are sent to the S3 server with a signed address, where that is safe; null: never. */
  readonly linkSeconds: number | null;
};

/** For people, without secrets. */
export function nameOf({ endpoint, bucket, prefix, region }: S3Place): string {
  const below = prefix === '' ? bucket : `${bucket}/${prefix}`;
  return `s3://${below} at ${endpoint ?? `Amazon S3, region ${region}`}`;
}
