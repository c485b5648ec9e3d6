// The text of a step as it is written: the server's stream of events, which is taken up again where it was cut off.
import { setTimeout as pause } from 'node:timers/promises';
import { type Client, Refused, timesOf } from '@signalbox/protocol/browser';

type Text = { readonly from: number; readonly next: number; readonly text: string; readonly times?: string };
/** `times`: one for each line that begins in it; null where nobody knows. */
export type LogPiece = { readonly text: string; readonly next: number; readonly times: readonly (number | null)[] };

/** A line begins at `begin`. Ends when no more of the step can come. @throws Refused, also when the right to read is taken away; the last failure after a minute */
export async function* logEvents(client: Client, run: number, step: number, begin = 0): AsyncGenerator<LogPiece> {
  let [from, isInside] = [begin, false];
  for (let failures = 0; ; ) {
    try {
      const response = await client.call('follow-log', { params: { run, step }, query: { from } });
      for await (const { name, data } of eventsOf(response)) {
        if (name === 'end') return;
        if (name !== 'log') continue;
        const { next, text, times } = JSON.parse(data) as Text;
        const lines = text.split('\n').length - (isInside ? 1 : 0) - (text.endsWith('\n') ? 1 : 0);
        const known = timesOf(times, lines);
        yield { text, next, times: known.length === lines ? known : Array<null>(lines).fill(null) };
        isInside = !text.endsWith('\n');
        from = next;
        failures = 0;
      }
      // A server that stops, or a proxy, ends the stream in order.
      failures += 1;
    } catch (error) {
      failures += 1;
      const isPassing = !(error instanceof Refused) || error.code === 'too-many';
      if (!isPassing || failures > mostFailures) throw error;
    }
    await pause(Math.min(250 * 2 ** failures, 5_000));
  }
}

/** One after another a minute long. */
const mostFailures = 14;

async function* eventsOf(response: Response): AsyncGenerator<{ name: string; data: string }> {
  let rest = '';
  for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const events = (rest + piece).split('\n\n');
    rest = events.pop() ?? '';
    for (const event of events) {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(event)?.[1] ?? '';
      yield { name: field('event'), data: field('data') };
    }
  }
}
