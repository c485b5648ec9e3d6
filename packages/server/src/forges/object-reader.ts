// Reads git objects by id through one `git cat-file --batch` that stays (0.2 ms a read against 3.6 for a spawn) until idle.
import { type ChildProcess, spawn } from 'node:child_process';
import { GitFailed } from './git-failed.ts';

export type GitObject = {
  readonly id: string;
  readonly type: 'commit' | 'tree' | 'blob' | 'tag';
  readonly sizeBytes: number;
  /** null when it is larger than the reader asked for. */
  readonly content: Buffer | null;
};
export type ObjectReaderOptions = {
  readonly gitDirectory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly idleSeconds: number;
};

const command = ['cat-file', '--batch'];

/** Only whole object ids and whole names of branches may be asked for (names.ts): nothing else reaches git's revision syntax. */
export class ObjectReader {
  readonly #options: ObjectReaderOptions;
  #process: ChildProcess | undefined;
  #idle: NodeJS.Timeout | undefined;
  /** One question at a time; the next waits for the answer of the one before. */
  #line: Promise<unknown> = Promise.resolve();

  constructor(options: ObjectReaderOptions) {
    this.#options = options;
  }

  /** undefined when there is no such object. */
  read(id: string, limitBytes: number): Promise<GitObject | undefined> {
    const answer = this.#line.then(() => this.#ask(id, limitBytes));
    this.#line = answer.catch(() => undefined);
    return answer;
  }

  /** Whether its process runs: then there was something to read a moment ago. */
  get isOpen(): boolean {
    return this.#process !== undefined;
  }

  async close(): Promise<void> {
    await this.#line;
    this.#end();
  }

  #ask(id: string, limitBytes: number): Promise<GitObject | undefined> {
    clearTimeout(this.#idle);
    this.#process ??= this.#start();
    const child = this.#process;
    return new Promise<GitObject | undefined>((resolve, reject) => {
      let received: Buffer = Buffer.alloc(0);
      const done = () => {
        clearTimeout(timer);
        child.stdout?.off('data', hear);
        child.off('close', died);
        child.off('error', failed);
        this.#idle = setTimeout(() => this.#end(), this.#options.idleSeconds * 1000).unref();
      };
      const fail = (failure: GitFailed) => {
        done();
        this.#end();
        reject(failure);
      };
      const failed = (cause: Error) => fail(new GitFailed(command, 'missing', 'could not start', { cause }));
      const died = (exitCode: number | null) => fail(new GitFailed(command, 'exit', 'ended by itself', { exitCode }));
      const timer = setTimeout(
        () => fail(new GitFailed(command, 'time', `did not answer within ${this.#options.timeoutSeconds} s`)),
        this.#options.timeoutSeconds * 1000,
      );
      const hear = (chunk: Buffer) => {
        received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
        const headerEnd = received.indexOf(10);
        if (headerEnd < 0) return;
        const [objectId = '', type, size] = received.toString('latin1', 0, headerEnd).split(' ');
        if (size === undefined) {
          done();
          return resolve(undefined);
        }
        const sizeBytes = Number(size);
        if (sizeBytes > limitBytes) {
          done();
          // What is on its way need not be read: the next question starts a new process.
          this.#end();
          return resolve({ id: objectId, type: type as GitObject['type'], sizeBytes, content: null });
        }
        if (received.length < headerEnd + 1 + sizeBytes + 1) return;
        done();
        const content = Buffer.from(received.subarray(headerEnd + 1, headerEnd + 1 + sizeBytes));
        resolve({ id: objectId, type: type as GitObject['type'], sizeBytes, content });
      };
      child.stdout?.on('data', hear);
      child.on('close', died);
      child.on('error', failed);
      child.stdin?.write(`${id}\n`);
    });
  }

  #start(): ChildProcess {
    const child = spawn('git', [`--git-dir=${this.#options.gitDirectory}`, ...command], {
      cwd: this.#options.gitDirectory,
      env: this.#options.environment,
      stdio: ['pipe', 'pipe', 'ignore'],
      windowsHide: true,
    });
    // A write to a process that just ended: its end is what the question hears of.
    child.stdin?.on('error', () => this.#forget(child));
    child.on('error', () => this.#forget(child));
    child.on('close', () => this.#forget(child));
    return child;
  }

  #forget(child: ChildProcess): void {
    if (this.#process === child) this.#process = undefined;
  }

  #end(): void {
    clearTimeout(this.#idle);
    const child = this.#process;
    this.#process = undefined;
    // It reads nothing but our questions: no more of them, and it ends by itself; the kill is for one that hangs.
    child?.stdin?.end();
    child?.kill();
  }
}
