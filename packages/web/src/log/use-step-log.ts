// Holds the log of the open step while it is open, and reads on when the stream of hints says that its run's log grew.
import { useEffect, useState, useSyncExternalStore } from 'react';
import { client } from '../api/client.ts';
import { live } from '../live/connection.ts';
import { StepLog } from './step-log.ts';

type Known = { readonly sizeBytes: number; readonly lines: number };

/** `grows`: the run may still write to it. The answer is null for the moment before it begins to read. */
export function useStepLog(runId: number, step: number, known: Known, grows: boolean): StepLog | null {
  const [log, setLog] = useState<StepLog | null>(null);
  // Only what was known when the step was opened matters: from there on the log is read.
  const [begin] = useState(known);
  useEffect(() => {
    const opened = new StepLog(client, runId, step);
    setLog(opened);
    void opened.open(begin);
    return () => opened.close();
  }, [runId, step, begin]);
  useEffect(() => {
    if (!log || !grows) return;
    const end = live.listen(`run:${runId}`, () => void log.more());
    return () => {
      end();
      // The last words of a run may come with its end.
      void log.more();
    };
  }, [log, runId, grows]);
  useSyncExternalStore(log?.subscribe ?? none, log?.version ?? zero);
  return log;
}

const none = () => () => {};
const zero = () => 0;
