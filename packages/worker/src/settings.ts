// Every limit of the worker, in one table: its variable, its usual value, and a sentence. Read once, passed on as values.

type Row = { readonly env: string; readonly usual: number; readonly sentence: string };
const mib = 1_048_576;

export const settingsTable = {
  callSeconds: row('CALL_SECONDS', 30, 'Longest time to wait for an answer, beyond the wait that was asked for.'),
  claimWaitSeconds: row('CLAIM_WAIT_SECONDS', 30, 'How long one request for work waits at the server.'),
  renewWaitSeconds: row('RENEW_WAIT_SECONDS', 20, 'How long one renewal waits at the server, at most.'),
  firstRenewalMillis: row('FIRST_RENEWAL_MILLIS', 1_000, 'Age at which a run joins the renewals; most end sooner.'),
  retryMillis: row('RETRY_MILLIS', 200, 'Pause after the first failed call; it doubles with each further one.'),
  retryMostMillis: row('RETRY_MOST_MILLIS', 10_000, 'Longest pause between two tries of a call.'),
  graceSeconds: row('GRACE_SECONDS', 5, 'Time that processes get between being asked to end and being killed.'),
  lastOutputSeconds: row('LAST_OUTPUT_SECONDS', 2, 'How long output is still read after all processes have ended.'),
  gitSeconds: row('GIT_SECONDS', 1_800, 'Longest time for one git command.'),
  logWatchedMillis: row('LOG_WATCHED_MILLIS', 125, 'How often a log that somebody reads is sent.'),
  logMillis: row('LOG_MILLIS', 2_000, 'How often a log that nobody reads is sent.'),
  logChunkBytes: row('LOG_CHUNK_BYTES', 256 * 1_024, 'Most text in one gzip member; so much is sent without waiting.'),
  logGatherMillis: row(
    'LOG_GATHER_MILLIS',
    500,
    'How long a log that comes fast, and that nobody reads, gathers between two requests: each costs the server the same.',
  ),
  logBatchBytes: row('LOG_BATCH_BYTES', mib, 'Most compressed bytes in one request.'),
  logLimitBytes: row('LOG_LIMIT_BYTES', 1_024 * mib, 'Most text that is kept of one step: its head, and its tail.'),
  logTailBytes: row('LOG_TAIL_BYTES', mib, 'How much of the limit is kept for the tail.'),
  errorLines: row('ERROR_LINES', 40, 'Most error lines that are looked for in the log of one step; 0: in none.'),
  errorSeconds: row('ERROR_SECONDS', 10, 'Longest time that looking for error lines may take of one run, in all.'),
  spoolBytes: row(
    'SPOOL_BYTES',
    4_096 * mib,
    'Most unsent log of all runs; at this the steps are held until it is less.',
  ),
  spoolMemoryBytes: row('SPOOL_MEMORY_BYTES', 2 * mib, 'Unsent log of one run beyond this goes to disk at once.'),
  spoolMillis: row('SPOOL_MILLIS', 1_000, 'Log that has not been taken by the server for so long goes to disk.'),
  stepNiceness: row(
    'STEP_NICENESS',
    0,
    'How far steps stand back behind a server on the same machine: 0 to 19. `signalbox start` sets 10.',
  ),
  reportMillis: row('REPORT_MILLIS', 300, 'How long a step must last before its state is reported on its own.'),
  finishWaitMillis: row('FINISH_WAIT_MILLIS', 200, 'How long a verdict lets the last of its log go first.'),
  stopSeconds: row('STOP_SECONDS', 10, 'After a second signal: how long the server may take to hear of it.'),
  handOverSeconds: row('HAND_OVER_SECONDS', 2, 'At a hand-over: how long the server may take to hear of it.'),
  orphanSeconds: row('ORPHAN_SECONDS', 600, 'How long runs go on without a worker; then they are ended and given up.'),
  minFreeBytes: row('MIN_FREE_BYTES', 64 * mib, 'With less free disk than this no work is taken.'),
  fullBytes: row('FULL_BYTES', mib, 'With less free disk than this a failing step counts as: disk full.'),
  argumentBytes: row(
    'ARGUMENT_BYTES',
    96 * 1_024,
    'A longer script is handed over as a file, a longer variable is cut.',
  ),
  artifactFiles: row('ARTIFACT_FILES', 10_000, 'Most artifacts of one run.'),
  artifactsAtOnce: row('ARTIFACTS_AT_ONCE', 8, 'Artifacts of one run that are on their way at once.'),
  artifactBytes: row('ARTIFACT_BYTES', 2_048 * mib, 'Largest artifact.'),
  artifactResumeBytes: row(
    'ARTIFACT_RESUME_BYTES',
    4 * mib,
    'From this size on an artifact goes on where it was cut; asking how far it came costs a call.',
  ),
  artifactSeconds: row('ARTIFACT_SECONDS', 600, 'How long an artifact that cannot be sent is tried again.'),
  leftoverDays: row('LEFTOVER_DAYS', 7, 'When leftovers of runs of other servers are removed.'),
} as const satisfies Record<string, Row>;

export type Settings = { readonly [Name in keyof typeof settingsTable]: number };

/** @throws Error that names the variable and what it may be. */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const entries = Object.entries(settingsTable).map(([name, { env: variable, usual }]) => {
    const text = env[variable];
    if (text === undefined || text === '') return [name, usual];
    const value = Number(text);
    if (!Number.isFinite(value) || value < 0) {
      throw new Error(`${variable} is "${text}"; it must be a number that is not negative, such as ${usual}`);
    }
    return [name, value];
  });
  return Object.fromEntries(entries) as Settings;
}

function row(name: string, usual: number, sentence: string): Row {
  return { env: `SIGNALBOX_WORKER_${name}`, usual, sentence };
}
