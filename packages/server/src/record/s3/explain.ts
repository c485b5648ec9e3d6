// Says what is wrong with the settings of an S3 archive, in words for who set them, from what the server or the network answered.
import { nameOf, type S3Place } from './place.ts';

/** `doing`: what was tried, as a verb. */
export function explain(cause: unknown, doing: string, place: S3Place): string {
  const error = cause as Error & { readonly code?: string; readonly Code?: string };
  const code = [error.code, error.Code, error.name].find((one) => one !== undefined && one in advice);
  const said = [error.name, error.message].filter((text) => text && text !== 'Error').join(': ');
  const what = code === undefined ? otherwise : advice[code]!(place);
  return `The archive ${nameOf(place)} cannot be used: a trial to ${doing} failed (${said}). ${what}`;
}

type Advice = (place: S3Place) => string;

const otherwise =
  'Look at SIGNALBOX_S3_ENDPOINT, SIGNALBOX_S3_BUCKET and the keys; docs/archive.md tells what is needed.';
const secret: Advice = () =>
  'The secret key is not that of this access key: look at SIGNALBOX_S3_ACCESS_KEY, and SIGNALBOX_S3_SECRET_KEY or the file that SIGNALBOX_S3_SECRET_KEY_FILE names.';
const noKeys: Advice = () =>
  'No keys were found: set SIGNALBOX_S3_ACCESS_KEY and SIGNALBOX_S3_SECRET_KEY, or give this machine a role.';
const unreached: Advice = ({ endpoint }) =>
  `Nothing answers at ${endpoint ?? 'Amazon S3'}: look at SIGNALBOX_S3_ENDPOINT, and whether this machine reaches it.`;
const region: Advice = (place) =>
  `The bucket is in another region than ${place.region}: set SIGNALBOX_S3_REGION to its own.`;

// Adding an answer is one line here.
const advice: Readonly<Record<string, Advice>> = {
  SignatureDoesNotMatch: secret,
  InvalidAccessKeyId: () => 'There is no such access key: look at SIGNALBOX_S3_ACCESS_KEY.',
  AccessDenied: ({ bucket }) =>
    `These keys may not do that: give them s3:PutObject, s3:GetObject, s3:DeleteObject, s3:AbortMultipartUpload, s3:ListBucket and s3:ListBucketMultipartUploads on ${bucket}.`,
  NoSuchBucket: ({ bucket }) =>
    `There is no bucket ${bucket}: make it, or look at SIGNALBOX_S3_BUCKET. Signalbox makes none.`,
  InvalidBucketName: ({ bucket }) => `${bucket} cannot be the name of a bucket: look at SIGNALBOX_S3_BUCKET.`,
  CredentialsProviderError: noKeys,
  ENOTFOUND: unreached,
  EAI_AGAIN: unreached,
  ECONNREFUSED: unreached,
  EHOSTUNREACH: unreached,
  ETIMEDOUT: unreached,
  TimeoutError: unreached,
  PermanentRedirect: region,
  AuthorizationHeaderMalformed: region,
  RequestTimeTooSkewed: () => 'The clocks of this machine and that server differ: set them right.',
};
