// The body of an endpoint for people: what its contract does not name is refused, so that a mistyped word is no silent wish.
import type { Endpoint } from '@signalbox/protocol';

type JsonBody = Exclude<Endpoint['body'], 'bytes' | undefined>;

/** Bodies of people are flat: the top is all there is to close. */
export function closedBody(body: JsonBody): object {
  return { ...body, additionalProperties: false };
}
