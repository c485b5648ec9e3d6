// One connection to a server, one request at a time, kept open: the cheapest client there can be, so that the load of a benchmark
// leaves the processors to what is measured. It knows answers with a content-length, which all of the API's are.
import { connect, type Socket } from 'node:net';

export type Answer = { readonly status: number; readonly body: string };

const headEnd = '\r\n\r\n';

export class Wire {
  readonly #address: URL;
  readonly #authorization: string;
  #socket: Socket;
  #buffer = '';
  #settle: { resolve(answer: Answer): void; reject(error: Error): void } | undefined;

  private constructor(address: URL, token: string, socket: Socket) {
    this.#address = address;
    this.#authorization = `authorization: Bearer ${token}\r\n`;
    this.#socket = this.#listen(socket);
  }

  static async open(address: string, token: string): Promise<Wire> {
    const url = new URL(address);
    return new Wire(url, token, await reach(url));
  }

  #listen(socket: Socket): Socket {
    socket.setNoDelay(true);
    // Bodies are ASCII, or their bytes count as they are: lengths below are of bytes.
    socket.setEncoding('latin1');
    socket.on('data', (text) => this.#read(String(text)));
    const broken = (error?: Error) => this.#settle?.reject(error ?? new Error('The server closed the connection'));
    socket.on('error', broken);
    socket.on('close', () => broken());
    return socket;
  }

  /** `body` is sent as JSON. @throws Error when the answer is no success */
  async call<Result>(method: string, path: string, body?: unknown): Promise<Result> {
    const answer = await this.send(method, path, body === undefined ? '' : JSON.stringify(body));
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.body}`);
    return (answer.body === '' ? undefined : JSON.parse(answer.body)) as Result;
  }

  async send(method: string, path: string, body: string | Buffer, headers = ''): Promise<Answer> {
    // A server closes what was idle for a while, as between two parts of a bench.
    if (this.#socket.closed || this.#socket.destroyed || !this.#socket.writable) {
      this.#socket = this.#listen(await reach(this.#address));
    }
    const type = typeof body === 'string' ? 'application/json' : 'application/octet-stream';
    const length = Buffer.byteLength(body);
    const content = length === 0 ? '' : `content-type: ${type}\r\ncontent-length: ${length}\r\n`;
    const head = `${method} ${path} HTTP/1.1\r\nhost: ${this.#address.host}\r\n${this.#authorization}${headers}${content}\r\n`;
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      if (typeof body === 'string') this.#socket.write(head + body);
      else {
        this.#socket.cork();
        this.#socket.write(head);
        this.#socket.write(body);
        this.#socket.uncork();
      }
    });
  }

  close(): void {
    this.#settle = undefined;
    this.#socket.destroy();
  }

  #read(text: string): void {
    this.#buffer += text;
    const end = this.#buffer.indexOf(headEnd);
    if (end < 0) return;
    const head = this.#buffer.slice(0, end);
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0);
    const start = end + headEnd.length;
    if (this.#buffer.length < start + length) return;
    const body = this.#buffer.slice(start, start + length);
    this.#buffer = this.#buffer.slice(start + length);
    const settle = this.#settle;
    this.#settle = undefined;
    settle?.resolve({ status: Number(head.slice(9, 12)), body });
  }
}

function reach({ hostname, port }: URL): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => {
      socket.off('error', reject);
      resolve(socket);
    });
    socket.once('error', reject);
  });
}
