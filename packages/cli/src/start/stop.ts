// How `start` ends: asked once it stops everything in order, the worker first; asked twice it does not wait.
import type { Output } from '../output.ts';
import type { Child } from './child.ts';
import { slowly } from './say.ts';

export type Stop = {
  /** Somebody wants it to end: Ctrl-C, SIGTERM, `signalbox down`. */
  readonly asked: AbortSignal;
  /** Somebody wants it to end at once. */
  readonly forced: AbortSignal;
  ask(): void;
  release(): void;
};

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const workerSeconds = 15;
const serverSeconds = 30;

export function obeyPerson(): Stop {
  const asked = new AbortController();
  const forced = new AbortController();
  const ask = () => asked.abort();
  const onSignal = () => {
    if (asked.signal.aborted) forced.abort();
    ask();
  };
  for (const signal of signals) process.on(signal, onSignal);
  return {
    asked: asked.signal,
    forced: forced.signal,
    ask,
    release: () => {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}

/** The worker gives its runs back, then the server ends, and with it its PostgreSQL. */
export async function stopChildren(output: Output, children: readonly Child[], forced: AbortSignal): Promise<void> {
  if (children.length === 0) return;
  const kill = () => {
    for (const child of children) child.kill();
  };
  if (forced.aborted) kill();
  else forced.addEventListener('abort', kill, { once: true });
  const [server, ...others] = children;
  await slowly(output, 'stopping (once more: at once)', stopInOrder(server!, others));
  forced.removeEventListener('abort', kill);
  output.line(forced.aborted ? 'stopped at once' : 'stopped');
}

async function stopInOrder(server: Child, others: readonly Child[]): Promise<void> {
  for (const child of others) {
    // Once: take no more runs. Twice: give up those in hand; they are tried again at the next start.
    child.askToStop();
    child.askToStop();
  }
  await Promise.all(others.map((child) => endOf(child, workerSeconds)));
  server.askToStop();
  await endOf(server, serverSeconds);
}

async function endOf(child: Child, seconds: number): Promise<void> {
  if (await child.ended(seconds)) return;
  child.kill();
  await child.ended(5);
}
