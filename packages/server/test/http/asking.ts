// Asks as no browser and no client would: paths as they are written, any header, any bytes, and what came back as it came.
import { once } from 'node:events';
import { type IncomingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

export type Answered = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as JSON; of a refusal the `code` says which. */
  readonly json: { readonly [key: string]: unknown };
};
export type AskOptions = {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
};

/** Sends the path as it stands. Content-Type is what the headers say, or none. */
export async function ask(address: string, path: string, options: AskOptions = {}): Promise<Answered> {
  const { hostname, port } = new URL(address);
  // Said by us, for Node leaves it out where a body is unusual, as with DELETE.
  const length = options.body === undefined ? {} : { 'content-length': String(Buffer.byteLength(options.body)) };
  const sent = request({
    hostname,
    port,
    path,
    method: options.method ?? 'GET',
    headers: { ...length, ...options.headers },
    agent: false,
  });
  sent.end(options.body);
  const [response] = await once(sent, 'response');
  const body = await text(response);
  const isJson = /json/.test(String(response.headers['content-type']));
  return {
    status: response.statusCode,
    headers: response.headers,
    text: body,
    json: isJson && body ? JSON.parse(body) : {},
  };
}

export const askJson = (address: string, method: string, path: string, body: unknown, headers = {}) =>
  ask(address, path, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** Writes these very bytes to a socket and reads until the server ends it. */
export async function askRaw(address: string, bytes: string | Buffer): Promise<string> {
  const { hostname, port } = new URL(address);
  const socket = connect(Number(port), hostname);
  socket.write(bytes);
  return text(socket);
}
