// Reads XML that may be of any size, broken or hostile, in pieces; goes on after a mistake where that is possible.
// Entities that a document declares are never expanded, and nothing outside of it is read.
import sax from 'sax';
import type { ResultReader } from './result-reader.ts';

export type Attributes = Readonly<Record<string, string>>;
export type XmlEvents = {
  /** Names come without their prefix. */
  readonly open: (name: string, attributes: Attributes) => void;
  readonly text: (piece: string) => void;
  readonly close: (name: string) => void;
  readonly trouble: (line: number, text: string) => void;
};

/** Of one attribute, comment or name: pytest writes whole comparisons into attributes. Text comes in pieces anyway. */
const longestCharacters = 1_048_576;
Object.assign(sax, { MAX_BUFFER_LENGTH: longestCharacters });
/** sax looks at what it has collected only between two pieces. */
const pieceCharacters = 65_536;
const mostAttributes = 1000;
/** Each costs an error object: a file that is no XML has one for every character. */
const mostMistakes = 200;

export function readXml(events: XmlEvents, depthLimit: number): ResultReader {
  const parser = sax.parser(true, { position: true });
  let isStopped = false;
  let depth = 0;
  let attributes = 0;
  let mistakes = 0;
  const line = () => parser.line + 1;
  const stop = (why: string) => {
    if (!isStopped) events.trouble(line(), `${why}; what follows was not read`);
    isStopped = true;
  };

  parser.onerror = (error) => {
    // Forgetting it lets sax go on: a wrong end tag or a lone & costs no case after it.
    parser.error = null as never;
    if (isStopped) return;
    const [what = ''] = error.message.split('\n');
    if (what.startsWith('Max buffer length')) return stop(`something is longer than ${longestCharacters} characters`);
    mistakes += 1;
    if (mistakes > mostMistakes) return stop(`there are more than ${mostMistakes} mistakes`);
    events.trouble(line(), what);
  };
  parser.onattribute = () => {
    attributes += 1;
    if (attributes > mostAttributes) stop(`an element has more than ${mostAttributes} attributes`);
  };
  parser.onopentag = (tag) => {
    attributes = 0;
    depth += 1;
    if (depth > depthLimit) stop(`elements lie more than ${depthLimit} deep`);
    if (!isStopped) events.open(withoutPrefix(tag.name), tag.attributes as Attributes);
  };
  parser.onclosetag = (name) => {
    depth -= 1;
    if (!isStopped) events.close(withoutPrefix(name));
  };
  const text = (piece: string) => {
    if (!isStopped) events.text(piece);
  };
  parser.ontext = text;
  parser.oncdata = text;

  return {
    read: (piece) => {
      for (let from = 0; from < piece.length && !isStopped; from += pieceCharacters) {
        parser.write(piece.slice(from, from + pieceCharacters));
      }
    },
    end: () => {
      if (!isStopped) parser.close();
    },
    isOver: () => isStopped,
  };
}

const withoutPrefix = (name: string) => name.slice(name.indexOf(':') + 1);
