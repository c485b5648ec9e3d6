// Takes chosen objects out of a JSON file that may be of any size or cut, without holding more than one of them.
import type { ResultReader } from './result-reader.ts';

export type RecordEvents = {
  /** Whether an object at this path (names of keys; lists add nothing) is wanted whole. */
  readonly wants: (path: string) => boolean;
  readonly record: (path: string, value: unknown, line: number) => void;
  /** An object on the way, such as the one that holds wanted ones, has ended. */
  readonly left: (path: string) => void;
  readonly trouble: (line: number, text: string) => void;
};

export function readJsonRecords(events: RecordEvents, most: { depth: number; characters: number }): ResultReader {
  /** Of each open bracket: the key under which it stands, or undefined within a list. */
  const keys: (string | undefined)[] = [];
  let line = 1;
  let isStopped = false;
  let isInString = false;
  let isEscaped = false;
  /** The string that is read, its key's length at most; and the last one, which is a key if a colon follows. */
  let text = '';
  let last = '';
  let key: string | undefined;
  /** The record that is collected: from which depth on, and from which line. */
  let taken: { depth: number; path: string; line: number; parts: string[]; length: number } | undefined;
  const path = () => keys.filter((each) => each !== undefined).join('.');
  const stop = (why: string) => {
    if (!isStopped) events.trouble(line, `${why}; what follows was not read`);
    isStopped = true;
  };
  const finish = (record: NonNullable<typeof taken>) => {
    taken = undefined;
    if (record.length > most.characters) {
      events.trouble(record.line, `an object is longer than ${most.characters} characters: it is left out`);
      return;
    }
    try {
      events.record(record.path, JSON.parse(record.parts.join('')), record.line);
    } catch (error) {
      events.trouble(record.line, (error as Error).message);
    }
  };
  const collect = (part: string) => {
    if (taken === undefined) return;
    taken.length += part.length;
    if (taken.length <= most.characters) taken.parts.push(part);
  };

  return {
    read: (piece) => {
      /** Where the part of this piece begins that the record does not have yet. */
      let from = 0;
      for (let at = 0; at < piece.length && !isStopped; at += 1) {
        const character = piece[at]!;
        if (character === '\n') line += 1;
        if (isInString) {
          if (isEscaped) isEscaped = false;
          else if (character === '\\') isEscaped = true;
          else if (character === '"') {
            isInString = false;
            last = text;
            continue;
          }
          if (text.length < keyCharacters) text += character;
        } else if (character === '"') {
          isInString = true;
          text = '';
        } else if (character === ':') key = last;
        else if (character === ',') key = undefined;
        else if (character === '{' || character === '[') {
          if (keys.length >= most.depth) stop(`brackets lie more than ${most.depth} deep`);
          keys.push(key);
          key = undefined;
          if (taken === undefined && character === '{' && events.wants(path())) {
            taken = { depth: keys.length, path: path(), line, parts: [], length: 0 };
            from = at;
          }
        } else if (character === '}' || character === ']') {
          if (keys.length === 0) stop('a bracket is closed that was not opened');
          if (taken?.depth === keys.length) {
            collect(piece.slice(from, at + 1));
            finish(taken);
          } else if (taken === undefined && character === '}') events.left(path());
          keys.pop();
          key = undefined;
        }
      }
      collect(piece.slice(from));
    },
    end: () => {
      if (!isStopped && (keys.length > 0 || isInString)) events.trouble(line, 'the file ends before its last bracket');
    },
    isOver: () => isStopped,
  };
}

const keyCharacters = 100;
