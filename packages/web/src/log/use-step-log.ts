// Holds the log of the open step while it is open, and reads on when the stream of hints says that its run's log grew.
import { useEffect, useLayoutEffect, useState, useSyncExternalStore } from 'react';
import { client } from '../api/client.ts';
import { live } from '../live/connection.ts';
import { findSections } from './find-sections.ts';
import { StepLog } from './step-log.ts';

type Known = { readonly sizeBytes: number; readonly lines: number };

/** `grows`: the run may still write to it. The answer is null for the moment before it begins to read. */
export function useStepLog(run: number, step: number, known: Known, grows: boolean): StepLog | null {
  const [log, setLog] = useState<StepLog | null>(null);
  // Only what was known when the step was opened matters: from there on the log is read.
  const [begin] = useState(known);
  // Before the page is drawn: its lines are on their way meanwhile.
  useLayoutEffect(() => {
    const opened = new StepLog(client, run, step);
    setLog(opened);
    void opened.open(begin);
    return () => opened.close();
  }, [run, step, begin]);
  useEffect(() => {
    if (!log || !grows) return;
    const end = live.listen(`run:${run}`, () => void log.more());
    return () => {
      end();
      // The last words of a run may come with its end.
      void log.more();
    };
  }, [log, run, grows]);
  useSyncExternalStore(log?.subscribe ?? none, log?.version ?? zero);
  useSections(log, { run, step }, grows);
  return log;
}

/** When its first lines are there, and once more when it has ended: in between, sections are seen as they come. */
function useSections(log: StepLog | null, { run, step }: { run: number; step: number }, grows: boolean): void {
  const isOpened = log !== null && !log.lines.isEmpty && log.state === 'read';
  const [asked, ask] = useState<string | null>(null);
  const wanted = isOpened ? `${run}/${step}/${grows}` : asked;
  if (wanted !== asked) ask(wanted);
  useEffect(() => {
    if (!log || asked === null) return;
    const stop = new AbortController();
    const mark = log.mark.bind(log);
    const upTo = log.lines.last;
    findSections(client, { run, step }, mark, stop.signal).then(
      (areAll) => areAll && log.markedUpTo(upTo),
      () => {
        // Sections are a help: the log is read without them, and the reader says why it cannot be read if it cannot.
      },
    );
    return () => stop.abort();
  }, [log, run, step, asked]);
}

const none = () => () => {};
const zero = () => 0;
