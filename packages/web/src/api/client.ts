// The client of the server that these pages came from, and that server's clock.
import { createClient } from '@signalbox/protocol/browser';

export const client = createClient({ server: '', fetch: timed });

let skew = 0;

/** Now, by the server's clock: this machine's may be an hour off, and every instant shown is the server's. */
export function serverNow(): number {
  return Date.now() + skew;
}

async function timed(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const asked = Date.now();
  const response = await fetch(input, init);
  const date = Date.parse(response.headers.get('date') ?? '');
  const answered = Date.now();
  // `Date` has whole seconds: less than two of difference are no difference.
  if (answered - asked < 2000 && !Number.isNaN(date)) {
    const difference = date + 500 - (asked + answered) / 2;
    skew = Math.abs(difference) < 2000 ? 0 : difference;
  }
  return response;
}
