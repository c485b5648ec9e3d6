// Named places where a test lets this process die as in a power cut: CRASH_AT=name, or CRASH_AT=name:3 for the third time.
// Each stands between two moves of which either may be the last. Without the variable a place costs one comparison.

/** Every place, and how far things have come there. A test goes through all of them (test/chaos/crash-points.test.ts). */
export const crashPoints = {
  'worker-registered': 'a worker is registered, and has not been told so',
  'claim-committed': 'a run is claimed, and its worker has not been told so',
  'lease-renewed': 'leases are renewed, and their worker has not been told so',
  'steps-reported': 'the steps of a run are written, and its worker has not been told so',
  'log-appended': 'log chunks are stored, and their worker has not been told so',
  'upload-appended': 'a piece of an upload is on disk, and its worker has not been told so',
  'artifact-file-written': 'an artifact lies in the archive, and no row names it',
  'artifact-entered': 'an artifact has its row, and its worker has not been told so',
  's3-parts-sent': 'all parts of an artifact lie at the S3 server, and it is not put together',
  'result-file-taken': 'a file of test results is taken, and not read',
  'result-cases-known': 'the cases of a file of results are known, and not their results',
  'results-before-commit': 'the results of a file are written, and not committed',
  'results-kept': 'the results of a file are kept, and nobody has been told so',
  'finish-before-commit': 'the end of a run is written, and not committed',
  'finish-committed': 'a run has ended, and neither its worker nor anybody else has been told so',
  'end-not-in-line': 'a run has ended, and its log is not in line to be sealed',
  'pipeline-not-settled': 'the last job of a pipeline has ended, and the pipeline has not',
  'log-file-written': 'a log lies in the archive, and is still in the database too',
  'log-sealed': 'a log has left the database, and nobody has been told so',
  'outbox-entry-taken': 'an entry of the outbox is taken, and not heard',
  'outbox-entry-heard': 'an entry of the outbox is heard, and still there',
  'submit-committed': 'a pipeline is there with its jobs, and nobody has been told so',
  'expire-before-commit': 'a run whose lease ended is given up, and that is not committed',
  'expire-committed': 'runs whose leases ended are given up, and nobody has been told so',
  'purge-marked': 'files are marked to be removed from the archive, and lie there',
  'purge-file-removed': 'files have left the archive, and their rows name them',
  'purge-row-removed': 'files and rows have left, and more of their kind are marked',
} as const satisfies Record<string, string>;

export type CrashPoint = keyof typeof crashPoints;

// Not in settings.ts: it is for tests of Signalbox, and nothing that somebody who runs it should meet.
const [armed, nth = '1'] = (process.env['CRASH_AT'] ?? '').split(':');
let timesLeft = Number(nth);

export function crashPoint(name: CrashPoint): void {
  if (name !== armed) return;
  timesLeft -= 1;
  if (timesLeft === 0) process.kill(process.pid, 'SIGKILL');
}
