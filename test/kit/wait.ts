// Waits for something that a test cannot await directly, with a deadline and an error that says what did not come.
import { setTimeout as after } from 'node:timers/promises';

type Something<Answer> = Exclude<Answer, undefined | null | false | ''>;

/** Asks until the answer is something (not undefined, null, false or empty text), and returns it. This is the one place in tests that sleeps. */
export async function until<Answer>(
  what: string,
  ask: () => Answer | Promise<Answer>,
  options: { readonly seconds?: number } = {},
): Promise<Something<Answer>> {
  const seconds = options.seconds ?? 10;
  const deadline = performance.now() + seconds * 1000;
  let last: unknown;
  let pauseMs = 5;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== null && answer !== false && answer !== '') {
        return answer as Something<Answer>;
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
