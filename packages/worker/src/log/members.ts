// Compresses pieces of a log into gzip members, beside the thread that reads the output: a step that prints fast would else wait
// for that half of the time. The members come out in the order in which the pieces went in.
import { constants, gzip, gzipSync } from 'node:zlib';

/** Of one run. */
export class Members {
  #underWay = 0;
  #last: Promise<void> = Promise.resolve();
  #waiting: (() => void)[] = [];

  get isEmpty(): boolean {
    return this.#underWay === 0;
  }

  /** Undefined unless so many pieces wait that more would only fill the memory. */
  room(): Promise<void> | undefined {
    return this.#underWay < mostUnderWay ? undefined : new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** `onMember` is called at once for little text, for which another thread is too far away. */
  make(text: Buffer, onMember: (member: Buffer) => void): void {
    if (this.#underWay === 0 && text.length < smallBytes) {
      onMember(gzipSync(text, { level: 1 }));
      return;
    }
    this.#underWay += 1;
    const made = compressed(text);
    this.#last = this.#last.then(async () => {
      const member = await made;
      this.#underWay -= 1;
      if (this.#underWay <= mostUnderWay / 2) for (const resume of this.#waiting.splice(0)) resume();
      onMember(member);
    });
  }

  /** When all that went in until now has come out. */
  settled(): Promise<void> {
    return this.#last;
  }
}

const smallBytes = 32_768;
const mostUnderWay = 16;

function compressed(text: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // What does not fit into one piece of output costs another way to the thread and back.
    const chunkSize = Math.max(constants.Z_MIN_CHUNK, text.length >> 1);
    gzip(text, { level: 1, memLevel: 9, chunkSize }, (error, member) => (error ? reject(error) : resolve(member)));
  });
}
