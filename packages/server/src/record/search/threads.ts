// The threads that search: started when something is to be searched, ended when nothing was for a while. First come, first served.
import { Worker } from 'node:worker_threads';
import type { SegmentFound, SegmentTask } from './search-segment.ts';
import type { ThreadAsk, ThreadTell } from './thread.ts';

/** @throws Error where a member is damaged: `member` tells which of those in the task */
export type SearchInThread = (task: SegmentTask, until: number, stop: SharedArrayBuffer) => Promise<SegmentFound>;

export class Damaged extends Error {
  override name = 'Damaged';
  readonly member: number;

  constructor(member: number, message: string) {
    super(message);
    this.member = member;
  }
}

type Job = { readonly ask: ThreadAsk; resolve(found: SegmentFound): void; reject(error: Error): void };
type Thread = { readonly worker: Worker; readonly jobs: Job[]; idle: NodeJS.Timeout | undefined };

/** All searches of a process share them: more threads than processors make nothing faster. */
const threads = new Set<Thread>();
const waiting: Job[] = [];

export function searchWith(most: number): SearchInThread {
  return (task, until, stop) =>
    new Promise((resolve, reject) => {
      waiting.push({ ask: { task, until, stop }, resolve, reject });
      handOut(most);
    });
}

function handOut(most: number): void {
  while (waiting.length > 0) {
    const thread = nextThread(most);
    if (!thread) return;
    const job = waiting.shift()!;
    clearTimeout(thread.idle);
    thread.worker.ref();
    thread.jobs.push(job);
    const { buffer, byteLength } = job.ask.task.members;
    const isWhole = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength;
    thread.worker.postMessage(job.ask, isWhole ? [buffer] : []);
  }
}

/** One without work, a new one, or one that will be without soon; undefined when all have enough. */
function nextThread(most: number): Thread | undefined {
  const free = [...threads].sort((a, b) => a.jobs.length - b.jobs.length)[0];
  if (free && (free.jobs.length === 0 || (threads.size >= most && free.jobs.length < jobsAhead))) return free;
  return threads.size < most ? start(most) : undefined;
}

function start(most: number): Thread {
  const thread: Thread = { worker: open(), jobs: [], idle: undefined };
  threads.add(thread);
  const { worker, jobs } = thread;
  worker.on('message', (tell: ThreadTell) => {
    const job = jobs.shift();
    if (tell.kind === 'found') job?.resolve(tell.found);
    else job?.reject(tell.kind === 'damaged' ? new Damaged(tell.member, tell.message) : new Error(tell.message));
    handOut(most);
    if (jobs.length > 0) return;
    worker.unref();
    thread.idle = setTimeout(() => {
      threads.delete(thread);
      void worker.terminate();
    }, idleMs).unref();
  });
  const gone = (error: Error) => {
    threads.delete(thread);
    clearTimeout(thread.idle);
    for (const job of jobs.splice(0)) job.reject(error);
    handOut(most);
  };
  worker.on('error', (cause) => gone(new Error(`A thread that searches logs failed: ${cause}`, { cause })));
  worker.on('exit', (code) => gone(new Error(`A thread that searches logs ended with ${code}.`)));
  return thread;
}

/** The file beside this one: as it was built, or its source. */
function open(): Worker {
  const options = { name: 'search', resourceLimits: { maxOldGenerationSizeMb: 256 } };
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL('./thread.js', import.meta.url), options);
  const file = new URL('./thread.ts', import.meta.url).href;
  const begin = new URL('./thread-from-source.mjs', import.meta.url);
  return new Worker(begin, { ...options, workerData: { file }, execArgv: ['--conditions=source'] });
}

/** So that none waits for the next segment to be handed over. */
const jobsAhead = 2;
const idleMs = 60_000;
