// For the tests of the command: runs it in this process with what it prints collected, and a far side that only listens.
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { main } from '../src/main.ts';
import type { Terminal } from '../src/terminal.ts';

export type Ran = { readonly code: number; readonly stdout: string; readonly stderr: string };

type Around = { readonly env?: Record<string, string>; readonly directory?: string; readonly stdin?: string };

/** Runs `signalbox` with these words. Nothing of the person's own environment is seen, unless it is given. */
export async function signalbox(args: readonly string[], around: Around = {}): Promise<Ran> {
  const [stdout, stderr] = [collector(), collector()];
  const terminal: Terminal = {
    stdin: Readable.from(around.stdin === undefined ? [] : [around.stdin]),
    stdout: stdout.stream,
    stderr: stderr.stream,
    env: { XDG_STATE_HOME: '/nowhere', XDG_CONFIG_HOME: '/nowhere', XDG_DATA_HOME: '/nowhere', ...around.env },
    directory: around.directory ?? process.cwd(),
    exitCode: 0,
  };
  const code = await main(args, terminal);
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

export type Heard = { readonly method: string; readonly path: string; readonly body: unknown; readonly token: string };
export type Listener = { readonly url: string; readonly heard: Heard[] };

/** A far side that answers each call with what it is told to. `silent` lets every call wait for ever. */
export async function listener(
  answer: (heard: Heard) => readonly [status: number, value: unknown] | 'silent',
): Promise<Listener> {
  const heard: Heard[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const one = await read(request);
      heard.push(one);
      const answered = answer(one);
      if (answered === 'silent') return;
      const [status, value] = answered;
      response.writeHead(status, { 'content-type': status < 400 ? 'application/json' : 'application/problem+json' });
      response.end(JSON.stringify(value));
    })();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, heard };
}

async function read(request: IncomingMessage): Promise<Heard> {
  const body = await text(request);
  return {
    method: request.method ?? '',
    path: request.url ?? '',
    body: body === '' ? undefined : JSON.parse(body),
    token: (request.headers.authorization ?? '').replace('Bearer ', ''),
  };
}

function collector(): { stream: Writable; text: () => string } {
  let collected = '';
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      collected += chunk.toString();
      done();
    },
  });
  return { stream, text: () => collected };
}
