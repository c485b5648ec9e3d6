// Waits for something that a test cannot await directly, with a deadline and an error that says what did not come.
import { setTimeout as after } from 'node:timers/promises';

/** Asks until the answer is neither undefined, null nor false, and returns it. This is the one place in tests that sleeps. */
export async function until<Answer>(
  what: string,
  ask: () => Answer | Promise<Answer>,
  options: { readonly seconds?: number } = {},
): Promise<Exclude<Answer, undefined | null | false>> {
  const seconds = options.seconds ?? 10;
  const deadline = performance.now() + seconds * 1000;
  let last: unknown;
  let pauseMs = 5;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== null && answer !== false) {
        return answer as Exclude<Answer, undefined | null | false>;
      }
      last = answer;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline) {
      const said = last instanceof Error ? last.message : JSON.stringify(last);
      throw new Error(`waited ${seconds} s for ${what}; the last answer was: ${said}`, {
        cause: last instanceof Error ? last : undefined,
      });
    }
    await after(pauseMs);
    pauseMs = Math.min(pauseMs * 1.5, 100);
  }
}
