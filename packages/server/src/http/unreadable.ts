// Answers what is no HTTP request at all, or ends before its head does: no route and no hook ever sees it.
import type { Socket } from 'node:net';
import { makeProblem } from './problem.ts';

export function answerUnreadable(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const problem =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? makeProblem('too-large', 'The head of the request is larger than this server takes.')
      : makeProblem('bad-request', 'This is no HTTP request that can be read, or it did not come in time.');
  const body = JSON.stringify(problem);
  socket.end(
    [
      `HTTP/1.1 ${problem.status} ${problem.title}`,
      'content-type: application/problem+json',
      'x-content-type-options: nosniff',
      "content-security-policy: default-src 'none'",
      `content-length: ${Buffer.byteLength(body)}`,
      'connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}
