// Where the archive lies, from the settings: a directory of this machine, or an S3 server that several share.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { ArchiveSettings } from '../record/index.ts';
import type { Settings } from '../settings.ts';

export const archiveDirectory = (data: string) => path.join(data, 'archive');

/** @throws Error naming the setting that is missing, or says what nothing reads */
export async function archiveOf(settings: Settings, data: string): Promise<ArchiveSettings> {
  const bucket = settings.SIGNALBOX_S3_BUCKET;
  if (settings.SIGNALBOX_ARCHIVE === 'disk') {
    if (bucket !== null) throw new Error(`SIGNALBOX_S3_BUCKET=${bucket} needs SIGNALBOX_ARCHIVE=s3 beside it.`);
    return { kind: 'disk', directory: archiveDirectory(data) };
  }
  if (bucket === null) throw new Error('SIGNALBOX_ARCHIVE=s3 needs SIGNALBOX_S3_BUCKET: the bucket, which must exist.');
  const accessKey = settings.SIGNALBOX_S3_ACCESS_KEY;
  const secretKey = await secretKeyOf(settings);
  if ((accessKey === null) !== (secretKey === null))
    throw new Error('SIGNALBOX_S3_ACCESS_KEY and SIGNALBOX_S3_SECRET_KEY belong together: set both, or neither.');
  const endpoint = settings.SIGNALBOX_S3_ENDPOINT?.replace(/\/+$/, '') ?? null;
  const linkSeconds = settings.SIGNALBOX_S3_LINK_SECONDS;
  return {
    kind: 's3',
    place: {
      endpoint,
      region: settings.SIGNALBOX_S3_REGION,
      bucket,
      prefix: settings.SIGNALBOX_S3_PREFIX?.replace(/^\/+|\/+$/g, '') ?? '',
      pathStyle:
        settings.SIGNALBOX_S3_ADDRESSES === 'path' || (settings.SIGNALBOX_S3_ADDRESSES === 'auto' && !!endpoint),
      accessKey,
      secretKey,
      stallSeconds: settings.SIGNALBOX_S3_STALL_SECONDS,
      partBytes: settings.SIGNALBOX_S3_PART_BYTES,
      partsAtOnce: settings.SIGNALBOX_S3_PARTS_AT_ONCE,
      linkSeconds: linkSeconds === 0 ? null : linkSeconds,
    },
    before: archiveDirectory(data),
  };
}

async function secretKeyOf(settings: Settings): Promise<string | null> {
  const file = settings.SIGNALBOX_S3_SECRET_KEY_FILE;
  if (settings.SIGNALBOX_S3_SECRET_KEY !== null || file === null) return settings.SIGNALBOX_S3_SECRET_KEY;
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (cause) {
    throw new Error(`SIGNALBOX_S3_SECRET_KEY_FILE=${file} cannot be read: ${(cause as Error).message}`, { cause });
  }
}
