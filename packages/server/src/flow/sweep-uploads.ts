// What was begun to be sent to this server and never finished lies on its own disk, so it looks itself: the process with the
// timetable may be on another machine.
import type { RecordLimits, Uploads } from '../record/index.ts';

export type SweepUploadsParts = {
  readonly uploads: Pick<Uploads, 'sweep'>;
  readonly recordLimits: Pick<RecordLimits, 'unfinishedSeconds'>;
  readonly onFailure: (error: unknown) => void;
  readonly everySeconds?: number;
};

/** Looks at once, and then from time to time, until it is stopped. */
export function startSweepingUploads(parts: SweepUploadsParts): { stop(): Promise<void> } {
  const { uploads, recordLimits, onFailure, everySeconds = 3600 } = parts;
  let running: Promise<unknown> = Promise.resolve();
  const look = () => {
    running = uploads.sweep(new Date(Date.now() - recordLimits.unfinishedSeconds * 1000)).catch(onFailure);
  };
  const timer = setInterval(look, everySeconds * 1000);
  timer.unref();
  look();
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
