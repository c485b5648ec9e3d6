// A part of a log as `read-log` answers it by lines: its text, where it stands, when it was printed, and how much of the log there is.
import { timesOf } from '@signalbox/protocol/browser';

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
  /** Codes that are open where it begins, of colours and a link; null: nobody knows. */
  readonly style: string | null;
  /** When each line was printed, in milliseconds since 1970; null, or not there: nobody knows. */
  readonly times: readonly (number | null)[];
};

export async function partOf(response: Response): Promise<LogPart> {
  const bytes = new Uint8Array(await response.arrayBuffer());
  const number = (name: string, without: number) => Number(response.headers.get(name) ?? without);
  const from = number('x-log-from', 0);
  const next = number('x-log-next', from + bytes.length);
  const firstLine = number('x-log-first-line', 1);
  const state = response.headers.get('x-log-state');
  return {
    bytes,
    from,
    next,
    firstLine,
    lastLine: number('x-log-last-line', firstLine - 1),
    wholeLines: number('x-log-lines', 0),
    end: number('x-log-end', next),
    sizeBytes: number('x-log-size', next),
    style: state === null ? null : decodeURIComponent(state),
    times: timesOf(response.headers.get('x-log-times')),
  };
}
