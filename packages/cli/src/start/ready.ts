// Waits until the server that was just started answers that it is ready.
import { setTimeout as pause } from 'node:timers/promises';
import { Mistake } from '../mistake.ts';
import type { Child } from './child.ts';

/** Making the database takes a second; recovering a large one after a power cut may take minutes. */
const patienceSeconds = 300;

/** @throws Mistake with the last lines of the server when it ends instead. */
export async function awaitReady(server: Child, address: string, stopped: AbortSignal): Promise<void> {
  const deadline = performance.now() + patienceSeconds * 1000;
  let ended: string | undefined;
  void server.endedFirst.then((how) => {
    ended = how;
  });
  while (!stopped.aborted) {
    if (ended !== undefined) throw failed(server, `The server ended ${ended} while it started.`);
    if (await isReady(address)) return;
    if (performance.now() > deadline) throw failed(server, `The server was not ready after ${patienceSeconds} s.`);
    await pause(30);
  }
}

async function isReady(address: string): Promise<boolean> {
  try {
    const answer = await fetch(`${address}/readyz`, { signal: AbortSignal.timeout(5000) });
    await answer.body?.cancel();
    return answer.ok;
  } catch {
    // It does not listen yet.
    return false;
  }
}

function failed(server: Child, what: string): Mistake {
  const said = server.lastLines.slice(-8).map((line) => `  ${line}`);
  return new Mistake(
    'other',
    [what, ...(said.length > 0 ? ['It said last:', ...said] : [])].join('\n'),
    `All of it: ${server.options.logFile}`,
  );
}
