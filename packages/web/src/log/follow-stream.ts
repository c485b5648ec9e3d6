// Follows a log that grows by the server's stream of its text: after a cut it goes on where it was. Where more comes than anybody can
// read, and whenever there is no stream, somebody else's hints say when to look at the end of the log instead.
import type { LogText } from './log-end.ts';

/** What a stream of events is to this: an EventSource comes again by itself, with the id of the last event. */
export type Source = Pick<EventSource, 'readyState' | 'close'> & {
  addEventListener(name: 'log' | 'end' | 'error', listener: (event: MessageEvent<string>) => void): void;
};

type Followed = {
  /** Up to here it is known; null: nobody has looked yet. */
  readonly position: number | null;
  readonly subscribe: (listener: () => void) => () => void;
  came(text: LogText): void;
  /** Looks at its end. */
  more(): Promise<void>;
};

export type Following = {
  /** The log may have grown. */
  hint(): void;
  /** While nobody sees the page its connection is for others. */
  pause(): void;
  resume(): void;
  stop(): void;
};

/** No person reads so fast, and a tab has other things to do. */
const mostInASecond = 2_000_000;
const restMillis = 2000;
/** Hints come at once with the text: where none came with them, the stream may have died without a word. */
const silenceMillis = 5000;
const firstRetry = 500;
const longestRetry = 15_000;
const closed = 2;

export function followStream(log: Followed, open: (from: number) => Source): Following {
  let source: Source | null = null;
  let isWanted = true;
  let isOver = false;
  let retry = firstRetry;
  let later: ReturnType<typeof setTimeout> | undefined;
  let silence: ReturnType<typeof setTimeout> | undefined;
  let came = { since: 0, bytes: 0 };

  const close = () => {
    clearTimeout(later);
    clearTimeout(silence);
    silence = undefined;
    source?.close();
    source = null;
  };
  const connect = () => {
    const from = log.position;
    if (!isWanted || source || from === null) return;
    unsubscribe();
    came = { since: performance.now(), bytes: 0 };
    const opened = open(from);
    source = opened;
    opened.addEventListener('log', ({ data }) => {
      if (source !== opened) return;
      retry = firstRetry;
      clearTimeout(silence);
      silence = undefined;
      const text = JSON.parse(data) as LogText;
      log.came(text);
      if (isTooMuch(text.next - text.from)) rest();
    });
    opened.addEventListener('end', () => {
      if (source !== opened) return;
      isOver = true;
      stop();
      void log.more();
    });
    opened.addEventListener('error', () => {
      // Unless it was refused, it comes again by itself.
      if (source !== opened || opened.readyState !== closed) return;
      close();
      later = setTimeout(connectAtEnd, retry);
      retry = Math.min(longestRetry, retry * 2);
    });
  };
  /** What came while there was no stream is not read through: who looks at the end wants to see the end. */
  const connectAtEnd = async () => {
    await log.more();
    connect();
  };
  const isTooMuch = (bytes: number) => {
    const now = performance.now();
    if (now - came.since > 1000) came = { since: now, bytes: 0 };
    came.bytes += bytes;
    return came.bytes > mostInASecond;
  };
  const rest = () => {
    close();
    const before = log.position ?? 0;
    later = setTimeout(async () => {
      await log.more();
      if (!isWanted || source) return;
      if ((log.position ?? 0) - before > (mostInASecond * restMillis) / 1000) rest();
      else connect();
    }, restMillis);
  };
  const listenToSilence = async () => {
    silence = undefined;
    const [before, silent] = [log.position ?? 0, source];
    await log.more();
    if (source !== silent || (log.position ?? 0) <= before) return;
    close();
    connect();
  };
  const stop = () => {
    isWanted = false;
    unsubscribe();
    close();
  };
  let unsubscribe = () => {};
  unsubscribe = log.subscribe(connect);
  connect();
  return {
    hint() {
      if (!source) void log.more();
      else silence ??= setTimeout(listenToSilence, silenceMillis);
    },
    pause() {
      isWanted = false;
      close();
    },
    resume() {
      if (isWanted || isOver) return;
      isWanted = true;
      void connectAtEnd();
    },
    stop,
  };
}
