// Named places where a test lets this process die as in a power cut: CRASH_AT=name, or CRASH_AT=name:3 for the third time.
// Each stands between two moves of which either may be the last. Without the variable a place costs one comparison.

/** Every place, and how far things have come there. A test goes through all of them (test/chaos/crash-points.test.ts). */
export const crashPoints = {
  'claim-answered': 'a run has been given to this worker, and nothing on its disk tells of it',
  'directory-made': 'the run has its directory, and no step has begun',
  'step-ended': 'a step has ended, and nobody knows how',
  'verdict-known': 'all steps have ended, and the verdict is in memory only',
  'result-kept': 'the verdict is on disk, and perhaps not with the server',
  'finish-answered': 'the server has the verdict, and the directory of the run is still there',
  'log-sending': 'a part of the log is on disk or in memory, and not sent',
  'log-sent': 'the server has a part of the log, and it is still here too',
  'artifact-sent': 'the server has an artifact, and the run goes on',
  'all-sent': 'the server has all of the run, and the directory is still there',
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
