// Followed logs: each is read once for all who follow it at this server, and what came is sent to all of them as the same bytes.
// Nothing waits in memory for the slow: they are brought up by themselves, as fast as they read.
import type { Db, Live } from '../../base/index.ts';
import { type ArchiveStore, type LogNews, logNews } from '../../record/index.ts';
import { endFrame, frameOf, type LogFrame } from './log-frames.ts';
import type { LogReader } from './log-reader.ts';

export type LogTaps = {
  /** How much of it is here. @throws Refused run-not-found, removed */
  look(runId: number, step: number): Promise<number>;
  /** Until the reader has gone or the log is over. */
  join(runId: number, step: number, reader: LogReader): void;
  leave(runId: number, step: number, reader: LogReader): void;
  readonly readers: number;
  stop(): void;
};
export type LogTapsParts = {
  readonly db: Db;
  readonly live: Live;
  readonly store: ArchiveStore;
  readonly onError: (error: Error) => void;
  /** Somebody reads this run: said again and again. */
  readonly sayWatched: (runId: number) => void;
};

type Tap = {
  at(): number;
  join(reader: LogReader): void;
  leave(reader: LogReader): void;
  size(): number;
  stop(): void;
};

export function startLogTaps(parts: LogTapsParts): LogTaps {
  const taps = new Map<string, Tap>();
  const nameOf = (runId: number, step: number) => `${runId}.${step}`;
  const asked = new Map<string, Promise<LogNews>>();
  return {
    async look(runId, step) {
      const name = nameOf(runId, step);
      const known = taps.get(name)?.at() ?? -1;
      if (known >= 0) return known;
      const news = asked.get(name) ?? logNews(parts.db, parts.store, runId, step).finally(() => asked.delete(name));
      asked.set(name, news);
      return (await news).size;
    },
    join(runId, step, reader) {
      const name = nameOf(runId, step);
      const tap = taps.get(name) ?? startTap(parts, runId, step, () => taps.delete(name));
      taps.set(name, tap);
      tap.join(reader);
    },
    leave: (runId, step, reader) => taps.get(nameOf(runId, step))?.leave(reader),
    get readers() {
      return [...taps.values()].reduce((sum, tap) => sum + tap.size(), 0);
    },
    stop() {
      for (const tap of taps.values()) tap.stop();
    },
  };
}

function startTap(parts: LogTapsParts, runId: number, step: number, onEmpty: () => void): Tap {
  const { db, live, store, onError, sayWatched } = parts;
  const readers = new Set<LogReader>();
  const read = createSharedReads((from) => logNews(db, store, runId, step, from));
  // Where those are who keep up; unknown before the first look.
  let [at, isOver, isStopped] = [-1, false, false];
  let [isLooking, isHinted, lastLook] = [false, false, 0];
  let timer: NodeJS.Timeout | undefined;

  const look = async () => {
    if (isLooking || isStopped) return;
    isLooking = true;
    isHinted = false;
    clearTimeout(timer);
    lastLook = performance.now();
    try {
      if (at < 0) ({ size: at, isOver } = await logNews(db, store, runId, step));
      else await readOn();
      for (const reader of readers) void bringUp(reader);
    } catch (error) {
      onError(error as Error);
    } finally {
      isLooking = false;
      if (!isStopped) plan();
    }
  };
  const plan = () => {
    clearTimeout(timer);
    const wait = isHinted ? gapMs - (performance.now() - lastLook) : lookMs;
    timer = setTimeout(look, Math.max(0, wait));
  };
  const readOn = async () => {
    for (;;) {
      const news = await logNews(db, store, runId, step, at);
      const frame = frameOf(news);
      if (frame) send(frame);
      if (frame && at < news.size) continue;
      isOver = news.isOver && at >= news.size;
      return;
    }
  };
  const send = (frame: LogFrame) => {
    read.keep(frame);
    at = frame.next;
    for (const reader of readers) {
      if (reader.at !== frame.from || reader.isCatchingUp || reader.isBehind()) continue;
      reader.write(frame.bytes);
      reader.at = frame.next;
    }
  };
  /** One that begins, or was left behind. */
  const bringUp = async (reader: LogReader) => {
    if (reader.isCatchingUp || at < 0) return;
    reader.isCatchingUp = true;
    let isStuck = false;
    try {
      while (reader.at < at && !reader.isGone && !isStopped) {
        if (reader.isBehind()) await reader.drained();
        if (reader.isGone) return;
        const frame = await read.from(reader.at);
        isStuck = !frame;
        if (!frame) break;
        reader.write(frame.bytes);
        reader.at = frame.next;
      }
      if (isOver && reader.at >= at && !reader.isGone) {
        reader.end(endFrame(at));
        readers.delete(reader);
      }
    } catch (error) {
      onError(error as Error);
      reader.end();
      readers.delete(reader);
    } finally {
      reader.isCatchingUp = false;
    }
    // What came since it was at the end.
    if (!isStuck && reader.at < at && readers.has(reader)) void bringUp(reader);
    if (readers.size === 0) stop();
  };
  const beat = async () => {
    sayWatched(runId);
    for (const reader of readers) {
      if (!reader.isBehind()) reader.write(beatBytes);
      if (!(await reader.mayStill())) reader.end();
    }
  };
  const soon = () => {
    isHinted = true;
    if (!isLooking) plan();
  };
  const unwatch = [live.watch(`run:${runId}`, soon), live.watch('tokens', () => void beat().catch(onError))];
  const beats = setInterval(() => void beat().catch(onError), beatMs);
  const stop = () => {
    if (isStopped) return;
    isStopped = true;
    clearTimeout(timer);
    clearInterval(beats);
    for (const end of unwatch) end();
    for (const reader of readers) reader.end();
    onEmpty();
  };
  void look();
  sayWatched(runId);
  return {
    at: () => at,
    join(reader) {
      readers.add(reader);
      void bringUp(reader);
    },
    leave(reader) {
      readers.delete(reader);
      if (readers.size === 0) stop();
    },
    size: () => readers.size,
    stop,
  };
}

/** Many who begin at the same offset are one read; what was sent last is kept for those who come again. */
function createSharedReads(ask: (from: number) => Promise<LogNews>) {
  const going = new Map<number, Promise<LogFrame | undefined>>();
  const recent: LogFrame[] = [];
  let kept = 0;
  const keep = (frame: LogFrame) => {
    recent.push(frame);
    kept += frame.bytes.length;
    while (kept > keptBytes && recent.length > 0) kept -= recent.shift()!.bytes.length;
  };
  return {
    keep,
    async from(offset: number): Promise<LogFrame | undefined> {
      const known = recent.find(({ from }) => from === offset);
      if (known) return known;
      const same = going.get(offset);
      if (same) return same;
      const read = ask(offset)
        .then((news) => {
          const frame = frameOf(news);
          if (frame) keep(frame);
          return frame;
        })
        .finally(() => going.delete(offset));
      going.set(offset, read);
      return read;
    },
  };
}

/** Looks follow hints no closer than this: a worker whose log is watched sends every 250 ms, and sixty-four may be one. */
const gapMs = 200;
/** A hint may be lost. */
const lookMs = 2000;
const beatMs = 10_000;
const beatBytes = Buffer.from(': here\n\n');
const keptBytes = 1_048_576;
