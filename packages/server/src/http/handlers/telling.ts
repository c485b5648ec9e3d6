// Test results and findings of a run: page by page, as one document, and how a case went before.
import { Readable } from 'node:stream';
import { Refused } from '@signalbox/protocol';
import type { Db } from '../../base/index.ts';
import { caseHistory, listCases, listFindings, type ResultPlace, summariseResults } from '../../record/index.ts';
import type { Handlers } from '../handler.ts';

type Ids = 'list-results' | 'export-results' | 'list-findings' | 'get-case-history';

export function tellingHandlers({ db }: { readonly db: Db }): Handlers<Ids> {
  return {
    async 'list-results'({ params, query }) {
      const { state, text, limit = 100 } = query;
      const summary = await summariseResults(db, params.run);
      const { items, next } = await listCases(db, params.run, { state, text, limit, after: placeOf(query.cursor) });
      return { items, next: cursorOf(next), ...summary };
    },
    async 'list-findings'({ params, query }) {
      const { level, limit = 100 } = query;
      const { items, next } = await listFindings(db, params.run, { level, limit, after: placeOf(query.cursor) });
      return { items, next: cursorOf(next) };
    },
    'get-case-history': ({ params, query }) => caseHistory(db, params.run, params.case, query.limit ?? 30),
    async 'export-results'({ params, reply }) {
      const summary = await summariseResults(db, params.run);
      return (
        reply
          // JSON, under a name of its own: our client would take plain JSON into memory whole.
          .header('content-type', 'application/vnd.signalbox.results+json')
          .header('cache-control', 'no-store')
          .send(Readable.from(documentOf(db, params.run, summary)))
      );
    },
  };
}

const cursorOf = (place: ResultPlace | null): string | null => (place ? place.join('.') : null);

/** @throws Refused bad-request */
function placeOf(cursor: string | undefined): ResultPlace | undefined {
  if (cursor === undefined) return undefined;
  const [rank, file, position] = /^\d\.\d{1,15}\.\d{1,9}$/.test(cursor) ? cursor.split('.').map(Number) : [];
  if (rank === undefined || file === undefined || position === undefined)
    throw new Refused('bad-request', `"${cursor}" is no cursor: give back \`next\` of the page before.`);
  return [rank, file, position];
}

/** Read at the pace at which it is taken: a page of rows in memory, however many there are. */
async function* documentOf(db: Db, runId: number, summary: object): AsyncGenerator<string> {
  yield `{"run":${runId},"summary":${JSON.stringify(summary)},"results":[`;
  yield* listed((after) => listCases(db, runId, { after, limit: 500 }));
  yield '],"listedFindings":[';
  yield* listed((after) => listFindings(db, runId, { after, limit: 500 }));
  yield ']}\n';
}

type Turn = (after: ResultPlace | undefined) => Promise<{ items: object[]; next: ResultPlace | null }>;

async function* listed(turn: Turn): AsyncGenerator<string> {
  let after: ResultPlace | undefined;
  do {
    const { items, next }: Awaited<ReturnType<Turn>> = await turn(after);
    const text = items.map((item) => JSON.stringify(item)).join(',\n');
    if (text !== '') yield after === undefined ? `\n${text}` : `,\n${text}`;
    after = next ?? undefined;
  } while (after !== undefined);
}
