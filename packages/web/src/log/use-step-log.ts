// Holds the log of the open step while it is open, and follows it by the server's stream of its text while it grows.
import { pathOf } from '@signalbox/protocol/browser';
import { useEffect, useLayoutEffect, useState, useSyncExternalStore } from 'react';
import { client } from '../api/client.ts';
import { live } from '../live/connection.ts';
import { findSections } from './find-sections.ts';
import { followStream } from './follow-stream.ts';
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
    const address = (from: number) => pathOf('follow-log', { run, step }, { from });
    const following = followStream(log, (from) => new EventSource(address(from)));
    const ends = [live.listen(`run:${run}`, following.hint), whileSeen(following.resume, following.pause)];
    return () => {
      for (const end of ends) end();
      following.stop();
      // The last words of a run may come with its end.
      void log.more();
    };
  }, [log, run, step, grows]);
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

const restAfter = 10_000;

/** A browser has six connections to a server, for all its tabs: one that nobody sees gives its own back. */
function whileSeen(seen: () => void, unseen: () => void): () => void {
  let rest: ReturnType<typeof setTimeout> | undefined;
  const look = () => {
    clearTimeout(rest);
    if (document.hidden) rest = setTimeout(unseen, restAfter);
    else seen();
  };
  document.addEventListener('visibilitychange', look);
  return () => {
    clearTimeout(rest);
    document.removeEventListener('visibilitychange', look);
  };
}

const none = () => () => {};
const zero = () => 0;
