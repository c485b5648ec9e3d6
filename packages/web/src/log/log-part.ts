// A part of a log as `read-log` answers it by lines: its text, where it stands, and how much of the log there is.

export type LogPart = {
  readonly bytes: Uint8Array;
  readonly firstLine: number;
  /** Of what was asked for, whole or not; one less than the first when nothing is here. */
  readonly lastLine: number;
  /** Line ends that the server has. */
  readonly wholeLines: number;
  readonly from: number;
  readonly next: number;
  /** Where the lines that were asked for end: beyond `next` when the answer was cut. */
  readonly end: number;
  /** Bytes that the server has. */
  readonly sizeBytes: number;
  /** Colour codes in force where it begins; null: this server does not say. */
  readonly style: string | null;
};

export async function partOf(response: Response): Promise<LogPart> {
  const bytes = new Uint8Array(await response.arrayBuffer());
  const number = (name: string, without: number) => Number(response.headers.get(name) ?? without);
  const from = number('x-log-from', 0);
  const next = number('x-log-next', from + bytes.length);
  const firstLine = number('x-log-first-line', 1);
  return {
    bytes,
    from,
    next,
    firstLine,
    lastLine: number('x-log-last-line', firstLine - 1),
    wholeLines: number('x-log-lines', 0),
    end: number('x-log-end', next),
    sizeBytes: number('x-log-size', next),
    style: null,
  };
}
