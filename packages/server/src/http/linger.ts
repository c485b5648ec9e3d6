// After a refusal that came before the end of the body: what still comes is thrown away for a moment, for a sender whose
// connection is cut at once may never read the answer. Then it is cut: a body without end holds nothing here.
import type { IncomingMessage, ServerResponse } from 'node:http';

const lingerMs = 3000;

export function linger(request: IncomingMessage, response: ServerResponse): void {
  response.once('finish', () => {
    if (request.complete) return;
    request.resume();
    const cut = setTimeout(() => request.socket.destroy(), lingerMs);
    const keep = () => clearTimeout(cut);
    request.once('end', keep).once('close', keep);
  });
}
