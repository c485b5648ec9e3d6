// The threads in which configurations in TypeScript run: apart from what answers requests, and ended when one takes too long,
// since some of what a script can ask of the engine never looks up from its work.
import type { Worker } from 'node:worker_threads';
import { counted } from '../limits.ts';
import type { TreeReader } from '../load.ts';
import type { Evaluated, EvaluateScript, ScriptFacts } from '../script.ts';
import { type Answer, readAnswer } from '../typescript/answer.ts';
import { openThread } from './open-thread.ts';
import { readBeside } from './read-beside.ts';
import { type ScriptLimits, scriptDefaults } from './script-limits.ts';
import type { FromThread, ToThread } from './script-thread.ts';

export type ScriptThreads = {
  readonly evaluate: EvaluateScript;
  close(): Promise<void>;
};

type Job = {
  readonly entry: string;
  readonly tree: TreeReader;
  readonly facts: ScriptFacts;
  resolve(evaluated: Evaluated): void;
  reject(error: unknown): void;
};
type RunningJob = Job & {
  /** Of the entry, once it was read: a mistake that no thread can tell shows it. */
  entryText: string;
  leftMs: number;
  since: number;
  reading: number;
  clock: NodeJS.Timeout | undefined;
};
type Thread = {
  readonly worker: Worker;
  /** It has read what it runs: until then no clock runs. */
  isReady: boolean;
  job: RunningJob | undefined;
  idle: NodeJS.Timeout | undefined;
};

export function createScriptThreads(given: ScriptLimits = scriptDefaults): ScriptThreads {
  const threads = new Set<Thread>();
  const waiting: Job[] = [];
  let isClosed = false;

  const handOut = (): void => {
    while (waiting.length > 0 && !isClosed) {
      const thread = [...threads].find(({ job }) => !job) ?? (threads.size < given.threads ? start() : undefined);
      if (!thread) return;
      begin(thread, waiting.shift()!);
    }
  };

  const start = (): Thread => {
    const thread: Thread = { worker: openThread(), isReady: false, job: undefined, idle: undefined };
    threads.add(thread);
    const { worker } = thread;
    worker.on('message', (message: FromThread) => hear(thread, message));
    worker.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ERR_WORKER_OUT_OF_MEMORY')
        giveUp(thread, 'the configuration makes more than fits into memory');
      else fail(thread, new Error(`A thread for scripts failed: ${error.message}`, { cause: error }));
    });
    worker.on('exit', (code) => fail(thread, new Error(`A thread for scripts ended with ${code}.`)));
    return thread;
  };

  const begin = (thread: Thread, job: Job): void => {
    clearTimeout(thread.idle);
    thread.worker.ref();
    const leftMs = given.seconds * 1000;
    thread.job = { ...job, entryText: '', leftMs, since: 0, reading: 0, clock: undefined };
    const { memoryBytes, looks } = given;
    send(thread, { kind: 'run', entry: job.entry, facts: job.facts, limits: { memoryBytes, looks } });
    if (thread.isReady) goOn(thread, thread.job);
  };

  const hear = (thread: Thread, message: FromThread): void => {
    const { job } = thread;
    if (message.kind === 'ready') {
      thread.isReady = true;
      if (job) goOn(thread, job);
      return;
    }
    if (!job) return;
    if (message.kind === 'read') {
      void readFor(thread, job, message.path);
      return;
    }
    const { answer } = message;
    release(thread);
    if (answer.kind === 'refused' && answer.broken) end(thread);
    else rest(thread);
    settle(job, answer);
    handOut();
  };

  const readFor = async (thread: Thread, job: RunningJob, path: string): Promise<void> => {
    pause(job);
    job.reading += 1;
    try {
      const file = await readBeside(job.tree, path);
      if (thread.job !== job) return;
      if (path === job.entry && file.kind === 'text') job.entryText = file.text;
      job.reading -= 1;
      send(thread, { kind: 'file', path, file });
      if (job.reading === 0) goOn(thread, job);
    } catch (error) {
      if (thread.job !== job) return;
      release(thread);
      end(thread);
      job.reject(error);
      handOut();
    }
  };

  const goOn = (thread: Thread, job: RunningJob): void => {
    job.since = performance.now();
    job.clock = setTimeout(() => {
      giveUp(thread, `the configuration takes longer than ${counted(given.seconds)} seconds`);
    }, job.leftMs);
  };

  /** A mistake that no thread can tell any more. */
  const giveUp = (thread: Thread, message: string): void => {
    const { job } = thread;
    release(thread);
    end(thread);
    if (job) {
      const files = [{ file: job.entry, text: job.entryText }];
      const findings = [{ offset: 0, rule: 'sandbox', message, hint: null }];
      settle(job, { files, kind: 'refused', findings, mayDiffer: true, broken: true });
    }
    handOut();
  };

  const fail = (thread: Thread, error: Error): void => {
    const { job } = thread;
    threads.delete(thread);
    release(thread);
    job?.reject(error);
    handOut();
  };

  const rest = (thread: Thread): void => {
    thread.worker.unref();
    thread.idle = setTimeout(() => end(thread), given.idleSeconds * 1000).unref();
  };

  const end = (thread: Thread): void => {
    threads.delete(thread);
    clearTimeout(thread.idle);
    void thread.worker.terminate();
  };

  return {
    evaluate: (entry, tree, facts) =>
      new Promise((resolve, reject) => {
        if (isClosed) throw new Error('The threads for scripts are closed.');
        waiting.push({ entry, tree, facts, resolve, reject });
        handOut();
      }),
    async close() {
      isClosed = true;
      const closed = new Error('The threads for scripts are closed.');
      for (const job of waiting.splice(0)) job.reject(closed);
      const open = [...threads];
      for (const thread of open) fail(thread, closed);
      await Promise.all(open.map(({ worker }) => worker.terminate()));
    },
  };
}

const send = ({ worker }: Thread, message: ToThread): void => worker.postMessage(message);

function settle(job: Job, answer: Answer): void {
  try {
    job.resolve(readAnswer(answer));
  } catch (error) {
    job.reject(error);
  }
}

function release(thread: Thread): void {
  clearTimeout(thread.idle);
  if (thread.job) pause(thread.job);
  thread.job = undefined;
}

/** The clock of a job stands while it waits for a file. */
function pause(job: RunningJob): void {
  if (!job.clock) return;
  clearTimeout(job.clock);
  job.clock = undefined;
  job.leftMs = Math.max(job.leftMs - (performance.now() - job.since), 1);
}
