// What a search thread runs: one segment after another, as it is told. It stands back behind the thread that answers requests.
import { setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { DamagedMember } from './inflate-segment.ts';
import { type SegmentFound, type SegmentTask, searchSegment } from './search-segment.ts';

export type ThreadAsk = {
  readonly task: SegmentTask;
  /** By `Date.now`. */
  readonly until: number;
  /** Not 0 when nobody wants to know any more. */
  readonly stop: SharedArrayBuffer;
};
export type ThreadTell =
  | { readonly kind: 'found'; readonly found: SegmentFound }
  | { readonly kind: 'damaged'; readonly member: number; readonly message: string }
  | { readonly kind: 'failed'; readonly message: string };

// On Linux this is of the thread alone; elsewhere it would be of the whole process.
if (process.platform === 'linux') setPriority(0, niceness());

parentPort?.on('message', ({ task, until, stop }: ThreadAsk) => {
  const stopped = new Int32Array(stop);
  parentPort?.postMessage(answer(task, () => Atomics.load(stopped, 0) !== 0 || Date.now() > until));
});

function answer(task: SegmentTask, isOver: () => boolean): ThreadTell {
  try {
    return { kind: 'found', found: searchSegment(task, isOver) };
  } catch (error) {
    if (error instanceof DamagedMember) return { kind: 'damaged', member: error.member, message: error.message };
    return { kind: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

/** Enough that an answer of the API comes first; not so much that a busy machine never searches. */
function niceness(): number {
  return 5;
}
