// Reads the lines of one step's log that somebody looks at, and what comes at its end; never the whole of it.
import { type Client, terminalStateAfter } from '@signalbox/protocol/browser';
import { LineStore, type Lines } from './line-store.ts';
import { type Line, lineOf, linesOf, longestLine } from './lines.ts';
import { LogEnd, type LogText } from './log-end.ts';
import { type LogPart, partOf } from './log-part.ts';
import { type Marker, markersOf } from './sections.ts';
import { SeenLines } from './seen-lines.ts';
import { plainOf } from './spans.ts';
import { printedTime } from './times.ts';

/** Bytes of one answer: a screen of usual lines many times over, and little to wait for. */
const partBytes = 262_144;
/** Lines at the end that are read as they come. */
const newLines = 1000;
/** Read of the end of a line that is longer than an answer, where `\\r` says that its end is what is to be seen. */
const endBytes = 16_384;
const newline = 10;

export class StepLog {
  readonly lines: LineStore;
  /** Sections that were seen in lines that were read, or that a search found, by line. */
  readonly markers = new Map<number, readonly Marker[]>();
  readonly seen = new SeenLines();
  /** Bytes that the server has. */
  sizeBytes = 0;
  state: 'reading' | 'read' | 'failed' = 'reading';
  problem: string | null = null;
  /** Of some of its lines it is known when they were printed. */
  hasTimes = false;
  /** Somebody stays at the end: what comes is read. Else only how much it is. */
  atEnd = false;
  #client: Client;
  #params: { run: number; step: number };
  #stop = new AbortController();
  #listeners = new Set<() => void>();
  #version = 0;
  #wish: readonly Lines[] = [];
  #underWay: { readonly lines: Lines; readonly abort: AbortController } | null = null;
  #lookAtEnd = false;
  #busy = false;
  readonly #end = new LogEnd();

  constructor(client: Client, run: number, step: number, lines = new LineStore()) {
    this.#client = client;
    this.#params = { run, step };
    this.lines = lines;
  }

  /** For useSyncExternalStore: something changed when the number did. */
  readonly version = (): number => this.#version;
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** `known` is what the run said of this log; `wish` is what to show first, before anything else is asked. */
  open(known: { sizeBytes: number; lines: number }, wish: readonly Lines[] = []): Promise<void> {
    this.sizeBytes = known.sizeBytes;
    this.lines.grew(known.lines, known.lines === 0 && known.sizeBytes > 0);
    this.#wish = wish;
    this.lines.use(wish);
    this.#lookAtEnd = true;
    // Nobody knows yet what is to be seen: that comes before its end.
    if (known.lines > 0 && wish.length === 0) return Promise.resolve();
    return this.#work();
  }

  /** It grew, or it may have. */
  more(): Promise<void> {
    this.#lookAtEnd = true;
    return this.#work();
  }

  /** Up to here it is known in bytes; null: nobody has looked yet. */
  get position(): number | null {
    return this.#end.bytes;
  }

  /** What the stream of the log brought. */
  came(piece: LogText): void {
    const grown = this.#end.take(piece);
    if (grown === 'known') return;
    if (grown === 'gap') return void this.more();
    const { firstLine, lines, markers, whole, isOpen } = grown;
    this.sizeBytes = Math.max(this.sizeBytes, piece.next);
    this.lines.doubtOpenLine();
    this.lines.grew(whole, isOpen);
    if (lines.length > 0) {
      this.lines.put(
        firstLine,
        lines.map((line) => this.#timed(line, line.at)),
        isOpen,
      );
      this.seen.add(firstLine, firstLine + lines.length - 1);
    }
    for (const [line, found] of markers) this.markers.set(line, found);
    this.#changed(this.state, this.problem);
    void this.#work();
  }

  /** These lines are to be seen now, and no others. */
  want(wish: readonly Lines[]): Promise<void> {
    this.#wish = wish;
    this.lines.use(wish);
    const old = this.#underWay;
    if (old && !wish.some((lines) => lines.from <= old.lines.to && lines.to >= old.lines.from)) old.abort.abort();
    return this.#work();
  }

  mark(line: number, markers: readonly Marker[]): void {
    if (markers.length === 0 || this.markers.has(line)) return;
    this.markers.set(line, markers);
    this.#changed(this.state, this.problem);
  }

  /** All marks up to this line are known. */
  markedUpTo(line: number): void {
    this.seen.add(1, line);
    this.#changed(this.state, this.problem);
  }

  close(): void {
    this.#stop.abort();
    this.#underWay?.abort.abort();
    this.#listeners.clear();
  }

  /** One reader at a time: first what is to be seen, then what came. What is wished meanwhile is done after. */
  async #work(): Promise<void> {
    if (this.#busy || this.#stop.signal.aborted) return;
    if (!this.#lookAtEnd && !this.#missing()) return;
    this.#busy = true;
    this.#changed('reading', null);
    try {
      for (;;) {
        const missing = this.#missing();
        if (missing) await this.#readLines(missing);
        else if (this.#lookAtEnd) await this.#readEnd();
        else break;
        this.#changed('reading', null);
      }
      this.#changed('read', null);
    } catch (problem) {
      if (!this.#stop.signal.aborted) {
        this.#changed('failed', problem instanceof Error ? problem.message : String(problem));
      }
    } finally {
      this.#busy = false;
    }
  }

  #missing(): Lines | null {
    for (const lines of this.#wish) {
      const missing = this.lines.missing(lines);
      if (missing) return missing;
    }
    return null;
  }

  #changed(state: StepLog['state'], problem: string | null): void {
    this.state = state;
    this.problem = problem;
    this.#version++;
    for (const listener of this.#listeners) listener();
  }

  async #readLines(wanted: Lines): Promise<void> {
    const abort = new AbortController();
    this.#underWay = { lines: wanted, abort };
    try {
      const part = await this.#ask({ lines: `${wanted.from}-${wanted.to}`, limit: partBytes }, abort.signal);
      const read = this.#take(part);
      if (this.#isOld(part)) return;
      if (read === 0 && part.bytes.length > 0) await this.#readLongLine(part, abort.signal);
      // What is not there is not asked for again.
      else if (read === 0 && this.#missing()) throw new Error(`line ${wanted.from} is not there any more`);
    } catch (problem) {
      if (!abort.signal.aborted) throw problem;
    } finally {
      this.#underWay = null;
    }
  }

  async #readEnd(): Promise<void> {
    this.#lookAtEnd = false;
    const first = this.lines.whole + 1;
    // One byte says how much there is, and whether a line is open.
    const limit = this.atEnd || first === 1 ? partBytes : 1;
    const part = await this.#ask({ lines: `${first}-${first + newLines}`, limit }, this.#stop.signal);
    if (limit === 1) this.#count(part);
    else if (this.#take(part) === 0 && part.bytes.length > 0 && !this.#isOld(part)) {
      await this.#readLongLine(part, this.#stop.signal);
    }
  }

  /** Puts the lines of an answer in their place, and returns how many: none when it holds only the head of a long one. */
  #take(part: LogPart): number {
    this.#count(part);
    const isCut = part.next < part.end;
    const bytes = isCut || this.#isOld(part) ? part.bytes.subarray(0, part.bytes.lastIndexOf(newline) + 1) : part.bytes;
    if (bytes.length === 0) return 0;
    const style = part.style ?? this.#styleBefore(part.firstLine);
    const isOpen = bytes.at(-1) !== newline;
    // A character may be cut at the end of an open line: as a stream, the decoder keeps it back.
    const text = new TextDecoder().decode(bytes, { stream: isOpen });
    const lines = linesOf(text, style, (raw, index, hasEnd) => {
      const markers = hasEnd ? markersOf(raw, part.firstLine + index) : [];
      if (markers.length > 0) this.markers.set(part.firstLine + index, markers);
    });
    const lastEnd = text.lastIndexOf('\n') + 1;
    if (!isCut && part.next === part.sizeBytes && (!isOpen || endsWithCharacter(bytes))) {
      const begun = { style: terminalStateAfter(style, text.slice(0, lastEnd)), raw: text.slice(lastEnd) };
      this.#end.know(part.next, { ...begun, at: isOpen ? (part.times[lines.length - 1] ?? null) : null });
    }
    this.lines.put(
      part.firstLine,
      lines.map((line, index) => this.#timed(line, part.times[index])),
      isOpen,
    );
    this.seen.add(part.firstLine, part.firstLine + lines.length - 1);
    return lines.length;
  }

  /** The stream has brought more of its open line meanwhile. */
  #isOld(part: LogPart): boolean {
    return part.next === part.sizeBytes && part.sizeBytes < (this.#end.bytes ?? 0);
  }

  /** Of the logs of older workers, only what a line says itself is known of when it was printed. */
  #timed(line: Line, told: number | null | undefined): Line {
    const at = told ?? printedTime(plainOf(line.text.slice(0, 200)));
    if (at === null) return line;
    this.hasTimes = true;
    return { ...line, at };
  }

  #count({ sizeBytes, wholeLines, firstLine, lastLine, bytes }: LogPart): void {
    if (sizeBytes > this.sizeBytes) this.lines.doubtOpenLine();
    this.sizeBytes = Math.max(this.sizeBytes, sizeBytes);
    const sawOpenLine = bytes.length > 0 && lastLine > wholeLines;
    const sawNone = bytes.length === 0 && firstLine > wholeLines;
    const asBefore = this.lines.hasOpenLine && wholeLines === this.lines.whole && !sawNone;
    this.lines.grew(wholeLines, sawOpenLine || asBefore);
    this.#end.count(sizeBytes, wholeLines);
    if (sawNone && firstLine === wholeLines + 1)
      this.#end.know(sizeBytes, { style: this.#styleBefore(firstLine), raw: '', at: null });
  }

  /** A line that is longer than an answer: its head is shown, or its end where it writes over itself. */
  async #readLongLine(head: LogPart, signal: AbortSignal): Promise<void> {
    const number = head.firstLine;
    const { end } = await this.#ask({ lines: `${number}`, limit: 1 }, signal);
    const isOpen = number > head.wholeLines;
    const text = decoded(head.bytes);
    const style = head.style ?? this.#styleBefore(number);
    if (!text.includes('\r')) {
      const line = lineOf(text, style);
      const more = end - head.from - new TextEncoder().encode(text.slice(0, longestLine)).length;
      this.lines.put(number, [this.#timed({ ...line, cut: more }, head.times[0])], isOpen);
      return;
    }
    const response = await this.#client.call('read-log', {
      params: this.#params,
      query: { from: Math.max(head.from, end - endBytes), limit: endBytes },
      signal,
    });
    const tail = decoded(new Uint8Array(await response.arrayBuffer())).replace(/\n[\s\S]*$/, '');
    this.lines.put(number, [this.#timed(lineOf(tail, style), head.times[0])], isOpen);
  }

  #styleBefore(number: number): string {
    const before: Line | null = this.lines.line(number - 1);
    return before ? terminalStateAfter(before.style, before.text) : '';
  }

  async #ask(query: { lines: string; limit: number }, signal: AbortSignal): Promise<LogPart> {
    return partOf(await this.#client.call('read-log', { params: this.#params, query, signal }));
  }
}

const decoded = (bytes: Uint8Array) => new TextDecoder().decode(bytes, { stream: true });

/** Of what is cut in the middle of a character, nobody knows how it goes on. */
function endsWithCharacter(bytes: Uint8Array): boolean {
  const decoder = new TextDecoder();
  decoder.decode(bytes.subarray(-4), { stream: true });
  return decoder.decode() === '';
}
