// Every setting of the server: read here, once, and passed on as values. docs/settings.md is generated from this table.

import { homedir } from 'node:os';
import path from 'node:path';
import { scriptDefaults } from '@signalbox/plan/thread';
import { logLevels } from './base/telemetry/index.ts';
import { followDefaults } from './http/index.ts';
import { queueDefaults } from './queue/index.ts';
import { recordDefaults } from './record/index.ts';
import { sourceDefaults } from './source/index.ts';

export const roles = ['api', 'planner', 'timer'] as const;
export type Role = (typeof roles)[number];

type Kind<Value> = { read(text: string): Value; shape: string };
const text: Kind<string> = { shape: 'text', read: (value) => value };
const whole = (least: number, most: number): Kind<number> => ({
  shape: `a whole number from ${least} to ${most}`,
  read(value) {
    const number = Number(value);
    if (!/^\d+$/.test(value) || number < least || number > most) throw new Error(`must be ${this.shape}`);
    return number;
  },
});
/** With fractions, so that a test need not wait a day. */
const days: Kind<number> = {
  shape: 'a number of days from 0.0001 to 36500, or 0',
  read(value) {
    const number = Number(value);
    const isRight = /^\d+(\.\d+)?$/.test(value) && (number === 0 || (number >= 0.0001 && number <= 36_500));
    if (!isRight) throw new Error(`must be ${this.shape}`);
    return number;
  },
};
const choice = <const Words extends readonly string[]>(words: Words): Kind<Words[number]> => ({
  shape: words.join(' | '),
  read(value) {
    if (!words.includes(value)) throw new Error(`must be one of ${words.join(', ')}`);
    return value as Words[number];
  },
});
const listOf = <const Words extends readonly string[]>(words: Words): Kind<Words[number][]> => ({
  shape: `comma list of ${words.join(', ')}`,
  read: (value) => value.split(',').map((word) => choice(words).read(word.trim())),
});
const size = whole(1, 1_099_511_627_776);
const seconds = whole(1, 31_536_000);

/** A setting: its kind, what it is without being set, and what it is for. `usual` null: unset. */
type Setting<Value, Usual> = { kind: Kind<Value>; usual: Usual; says: string };
const setting = <Value>(kind: Kind<Value>, usual: Value, says: string): Setting<Value, Value> => ({
  kind,
  usual,
  says,
});
const unset = <Value>(kind: Kind<Value>, says: string): Setting<Value, null> => ({ kind, usual: null, says });

export const settingTable = {
  SIGNALBOX_DATA: setting(
    text,
    defaultData(),
    'Directory for everything that the server keeps on disk: its PostgreSQL, mirrors, the archive, keys.',
  ),
  SIGNALBOX_LISTEN: setting(
    text,
    '127.0.0.1:8080',
    'Address and port. Anything but loopback needs SIGNALBOX_LOGIN=token.',
  ),
  SIGNALBOX_HEALTH_LISTEN: unset(
    text,
    'Another address and port, for /healthz, /readyz and /metrics only, without log-in; the only one of a process without the role api.',
  ),
  SIGNALBOX_PUBLIC_URL: unset(
    text,
    'Where people find the pages, if not at the listening address: for links, and the only other host that is answered.',
  ),
  SIGNALBOX_LOGIN: setting(
    choice(['none', 'token']),
    'none',
    '`none`: whoever sits at this machine may do all. `token`: everyone needs a token.',
  ),
  SIGNALBOX_ROLES: setting(
    listOf(roles),
    [...roles],
    'What this process does. api: HTTP. planner: pushes become pipelines. timer: leases, polling, sealing.',
  ),
  DATABASE_URL: unset(
    text,
    'A PostgreSQL, 15 or later, that several servers share. Unset: one of its own in the data directory.',
  ),
  SIGNALBOX_POSTGRES_BIN: unset(text, 'Directory with the PostgreSQL programs to use instead of the npm package’s.'),
  SIGNALBOX_DATABASE_CONNECTIONS: setting(
    whole(2, 500),
    16,
    'Connections to the database at most. From 8 on, half of them are kept for the queue.',
  ),
  SIGNALBOX_SECRET_KEY: unset(
    text,
    'Key that seals secrets and sessions, 32 bytes in base64; the same on all servers. Unset: a file in the data directory.',
  ),
  SIGNALBOX_SECRET_KEY_FILE: unset(text, 'File that holds that key.'),
  SIGNALBOX_SESSION_SECONDS: setting(seconds, 604_800, 'How long a log-in in the pages lasts.'),
  SIGNALBOX_LOG_LEVEL: setting(choice(logLevels), 'info', 'The least severe lines that are logged.'),
  SIGNALBOX_LOG_STYLE: setting(
    choice(['auto', 'json', 'pretty']),
    'auto',
    'auto: pretty on a terminal, JSON elsewhere.',
  ),
  SIGNALBOX_LEASE_SECONDS: setting(
    whole(5, 3600),
    queueDefaults.leaseSeconds,
    'How long a claim holds unless its worker renews it.',
  ),
  SIGNALBOX_FIRST_LEASE_SECONDS: setting(
    whole(5, 3600),
    queueDefaults.firstLeaseSeconds,
    'The same until the worker has said its first word of the run.',
  ),
  SIGNALBOX_OUTAGE_SECONDS: setting(
    // Leases are looked at every five seconds: with less than two looks each one would find an outage, and give up nothing.
    whole(10, 3600),
    queueDefaults.outageSeconds,
    'After this long without any server, workers get a whole lease to come back.',
  ),
  SIGNALBOX_RETRY_SECONDS: setting(
    whole(0, 3600),
    queueDefaults.retrySeconds,
    'Wait before a job that errored is tried again; doubles each time.',
  ),
  SIGNALBOX_RETRY_MOST_SECONDS: setting(whole(1, 86_400), queueDefaults.retryMostSeconds, 'The longest such wait.'),
  SIGNALBOX_QUARANTINE_AFTER: setting(
    whole(0, 1000),
    queueDefaults.quarantineAfter,
    'Runs that error one after another before their worker is quarantined; 0: never. Never more than half of the workers of its pools.',
  ),
  SIGNALBOX_CLASS_SECONDS: setting(
    whole(0, 2_592_000),
    queueDefaults.classSeconds,
    'What a class is worth in line: releases, then branches by level, then try. A job of the next class comes first when it has waited this much longer.',
  ),
  SIGNALBOX_PRIORITY_SECONDS: setting(
    whole(0, 86_400),
    queueDefaults.prioritySeconds,
    'What one point of priority is worth in line.',
  ),
  SIGNALBOX_JSON_BYTES: setting(size, 4_194_304, 'Largest JSON body.'),
  SIGNALBOX_HEAD_SECONDS: setting(seconds, 20, 'Longest time for the head of a request to arrive.'),
  SIGNALBOX_STALL_SECONDS: setting(
    whole(75, 3600),
    120,
    'A connection on which nothing has moved for this long is cut; whoever it was asks again.',
  ),
  SIGNALBOX_ARCHIVE: setting(
    choice(['disk', 's3']),
    'disk',
    'Where sealed logs and artifacts lie. disk: in the data directory. s3: in a bucket of an S3 server; what is in the data directory from before is still read.',
  ),
  SIGNALBOX_S3_BUCKET: unset(text, 'The bucket of the archive. It must exist.'),
  SIGNALBOX_S3_ENDPOINT: unset(
    text,
    'Address of the S3 server, as http://minio.example:9000. Unset: Amazon S3 of the region.',
  ),
  SIGNALBOX_S3_REGION: setting(text, 'us-east-1', 'Region of the bucket.'),
  SIGNALBOX_S3_PREFIX: unset(text, 'Put before every path in the bucket, for one that others use too.'),
  SIGNALBOX_S3_ADDRESSES: setting(
    choice(['auto', 'path', 'host']),
    'auto',
    'Where the bucket stands in an address: in its path, or in its host. auto: path with an endpoint, host at Amazon.',
  ),
  SIGNALBOX_S3_ACCESS_KEY: unset(
    text,
    'Access key. Unset: as programs on AWS find theirs (environment, files, the role of the machine).',
  ),
  SIGNALBOX_S3_SECRET_KEY: unset(text, 'Its secret key.'),
  SIGNALBOX_S3_SECRET_KEY_FILE: unset(text, 'File that holds the secret key.'),
  SIGNALBOX_S3_PART_BYTES: setting(
    whole(5_242_880, 5_368_709_120),
    16_777_216,
    'What is larger is sent in parts of this size, and a file has at most 10,000 parts.',
  ),
  SIGNALBOX_S3_PARTS_AT_ONCE: setting(
    whole(1, 64),
    4,
    'Parts of one file that are sent at the same time; so many and one more are in memory.',
  ),
  SIGNALBOX_S3_STALL_SECONDS: setting(
    whole(1, 3600),
    60,
    'A call to the S3 server on which nothing has moved for this long is cut, and tried again.',
  ),
  SIGNALBOX_S3_LINK_SECONDS: setting(
    whole(0, 604_800),
    0,
    'Who reads a file is sent to the S3 server, with a signed address that holds this long; 0: the bytes come through this server.',
  ),
  SIGNALBOX_LOG_APPEND_BYTES: setting(
    size,
    recordDefaults.appendBytes,
    'Largest body of one call that appends to logs, compressed.',
  ),
  SIGNALBOX_LOG_STEP_BYTES: setting(
    size,
    recordDefaults.logBytes,
    'Most text that is taken of the log of one step; not to be below SIGNALBOX_WORKER_LOG_LIMIT_BYTES of its workers.',
  ),
  SIGNALBOX_LOG_READ_BYTES: setting(
    size,
    recordDefaults.readBytes,
    'Most text that one call reads from a log unless it asks for less.',
  ),
  SIGNALBOX_LOG_SEARCH_SECONDS: setting(
    whole(1, 60),
    recordDefaults.searchSeconds,
    'How long one call searches a log before it answers with what it has; whoever asked may go on from there.',
  ),
  SIGNALBOX_LOG_SEARCH_BYTES: setting(
    size,
    recordDefaults.searchBytes,
    'Most text that one call searches in a log before it answers with what it found, and how to go on.',
  ),
  SIGNALBOX_LOG_SEARCHES: setting(
    whole(1, 1000),
    recordDefaults.searches,
    'Searches in logs that one server does at once; who comes then waits for a place.',
  ),
  SIGNALBOX_LOG_CALLER_SEARCHES: setting(
    whole(1, 1000),
    recordDefaults.callerSearches,
    'Searches in logs that one server does at once for the same token.',
  ),
  SIGNALBOX_LOG_SEARCH_WAIT_SECONDS: setting(
    whole(0, 60),
    recordDefaults.searchWaitSeconds,
    'How long a search in a log waits for a place before it is told to try again.',
  ),
  SIGNALBOX_LOG_SEARCH_THREADS: setting(
    whole(1, 64),
    recordDefaults.searchThreads,
    'Threads of one server that search logs; they stand back behind the one that answers requests.',
  ),
  SIGNALBOX_LOG_FOLLOWERS: setting(
    whole(1, 1_000_000),
    followDefaults.followers,
    'Readers that follow logs as they are written, at one server.',
  ),
  SIGNALBOX_LOG_FOLLOW_STALL_SECONDS: setting(
    seconds,
    followDefaults.stallSeconds,
    'How long who follows a log may take nothing before it is cut off; it may come again, and goes on where it was.',
  ),
  SIGNALBOX_LOG_COMPARE_SECONDS: setting(
    whole(1, 60),
    recordDefaults.compareSeconds,
    'How long one call compares two logs before it answers with what it has; whoever asked may go on from there.',
  ),
  SIGNALBOX_LOG_COMPARE_LINES: setting(
    whole(32, 100_000),
    recordDefaults.compareLines,
    'How many lines two logs that have parted are looked through for the place where they meet again.',
  ),
  SIGNALBOX_ERROR_LINES: setting(
    whole(0, 1000),
    recordDefaults.errorLines,
    'Error lines that are kept of one run; the first ones of each step before further ones of any.',
  ),
  SIGNALBOX_RESULT_ENTRIES: setting(
    whole(100, 1_000_000),
    recordDefaults.resultEntries,
    'Test cases and findings that are kept of one file of results; the rest is counted, and what failed comes first.',
  ),
  SIGNALBOX_RESULT_SECONDS: setting(
    whole(1, 3600),
    recordDefaults.resultSeconds,
    'How long a server has for one file of results before another one takes it over.',
  ),
  SIGNALBOX_RESULT_BYTES: setting(size, recordDefaults.resultBytes, 'What is read of one file of results.'),
  SIGNALBOX_ARTIFACT_BYTES: setting(size, recordDefaults.artifactBytes, 'Largest artifact.'),
  SIGNALBOX_UPLOADS: setting(
    whole(1, 1000),
    recordDefaults.uploads,
    'Artifacts of one run that may have begun to come in pieces without being whole.',
  ),
  SIGNALBOX_UPLOAD_SECONDS: setting(
    whole(60, 79_200),
    recordDefaults.unfinishedSeconds,
    'How long an upload that was cut is kept to be gone on with; looked at once an hour.',
  ),
  SIGNALBOX_LOG_WAIT_SECONDS: setting(
    seconds,
    recordDefaults.arrivalSeconds,
    'How long a log may be on its way after its run has ended before it is sealed as it is.',
  ),
  SIGNALBOX_LOST_LOG_SECONDS: setting(
    seconds,
    recordDefaults.lostLogSeconds,
    'How long a worker that was lost may come back and go on with its run, while nobody else has the job.',
  ),
  SIGNALBOX_DISK_LOW_BYTES: setting(
    size,
    1_073_741_824,
    'With less free on the archive’s disk artifacts are not taken: their workers keep them and try again.',
  ),
  SIGNALBOX_DISK_FULL_BYTES: setting(
    size,
    536_870_912,
    'With less free no new run is given out, and where the database lies on that disk no log is taken. What runs can always end.',
  ),
  SIGNALBOX_HISTORY_DAYS: setting(
    days,
    365,
    'How long pipelines that have ended are remembered, with their jobs, runs and pushes; 0: for ever. What they left in the archive goes then at the latest, unless a rule keeps it for ever or somebody has pinned it.',
  ),
  SIGNALBOX_SCRIPT_SECONDS: setting(
    seconds,
    scriptDefaults.seconds,
    'Longest time of one configuration in TypeScript; its loops and its memory have limits beside it, the same everywhere.',
  ),
  SIGNALBOX_SCRIPT_THREADS: setting(
    whole(1, 64),
    scriptDefaults.threads,
    'Threads of one server that run configurations in TypeScript.',
  ),
  SIGNALBOX_GIT_SECONDS: setting(seconds, sourceDefaults.gitSeconds, 'Longest time of one git command.'),
} as const;

type Table = typeof settingTable;
export type Settings = {
  readonly [Name in keyof Table]: Table[Name] extends Setting<infer Value, infer Usual> ? Value | Usual : never;
};

/** @throws Error naming the variable, what it holds, and what it may hold. */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const settings: Record<string, unknown> = {};
  for (const [name, { kind, usual }] of Object.entries(settingTable) as [string, Setting<unknown, unknown>][]) {
    const given = environment[name];
    try {
      settings[name] = given === undefined || given === '' ? usual : kind.read(given);
    } catch (cause) {
      throw new Error(`${name}=${given}: it ${(cause as Error).message}.`, { cause });
    }
  }
  const unknown = Object.keys(environment).filter(
    (name) => /^SIGNALBOX_/.test(name) && !(name in settingTable) && !othersSettings.test(name),
  );
  if (unknown.length > 0) throw new Error(`${unknown.join(', ')}: no such setting. docs/settings.md lists them all.`);
  return settings as Settings;
}

/** Variables of the worker and the command line, which may share an environment with the server. */
const othersSettings = /^SIGNALBOX_(RUN$|WORKER_|TOKEN|SERVER|CHROME|BENCH_|TEST_)/;

function defaultData(): string {
  const base =
    process.env['XDG_DATA_HOME'] ||
    (process.platform === 'win32' && process.env['LOCALAPPDATA']) ||
    path.join(homedir(), '.local', 'share');
  return path.join(base, 'signalbox');
}
