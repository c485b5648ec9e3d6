// Cuts text that comes in pieces into lines with their numbers; what is beyond the limit of a line is dropped.
import type { ResultReader } from './result-reader.ts';

export type LineEvents = {
  /** isCut: longer than the limit. isUnended: the file ends without a newline, so this may be a part of a line. */
  readonly line: (text: string, number: number, isCut: boolean, isUnended: boolean) => void;
  readonly end: (lastNumber: number) => void;
};

export function readLines(events: LineEvents, mostCharacters: number): ResultReader {
  let rest = '';
  let isCut = false;
  let number = 1;
  const collect = (piece: string) => {
    const room = mostCharacters - rest.length;
    isCut ||= piece.length > room;
    rest += piece.slice(0, room);
  };
  const tell = (isUnended: boolean) => {
    events.line(rest.endsWith('\r') ? rest.slice(0, -1) : rest, number, isCut, isUnended);
    rest = '';
    isCut = false;
  };
  return {
    read: (piece) => {
      let from = 0;
      for (let at = piece.indexOf('\n'); at >= 0; at = piece.indexOf('\n', from)) {
        collect(piece.slice(from, at));
        tell(false);
        number += 1;
        from = at + 1;
      }
      collect(piece.slice(from));
    },
    end: () => {
      if (rest !== '') tell(true);
      events.end(number);
    },
    isOver: () => false,
  };
}
