// Searches the log of a run, one step after another, in threads, for a while: it says how to go on from where it stopped.
import type { Queryable } from '../base/index.ts';
import type { RecordLimits } from './limits.ts';
import { lookAtLog, memberLines } from './log-members.ts';
import { finderOf, type LogPattern } from './log-pattern.ts';
import { logSizes } from './log-sizes.ts';
import type { LineHit, LineStart } from './scan-lines.ts';
import { planSegments } from './search/plan-segments.ts';
import { searchBack } from './search/search-back.ts';
import { type StepSearch, searchSegments } from './search/search-step.ts';
import { searchWith } from './search/threads.ts';
import type { ArchiveStore } from './store.ts';

export type SearchPlace = LineStart & { readonly step: number };
export type LogSearch = {
  readonly pattern: LogPattern;
  /** Left out: all steps. */
  readonly step?: number | undefined;
  readonly from?: SearchPlace | undefined;
  /** Only lines behind this one. */
  readonly after?: SearchPlace | undefined;
  /** The last lines before this one, instead of the first. */
  readonly before?: SearchPlace | undefined;
  /** Lines found at most. */
  readonly limit: number;
  /** They are only counted: all of them, whatever the limit. */
  readonly isCount?: boolean | undefined;
};
export type RunHit = LineHit & { readonly step: number };
export type FoundLines = {
  readonly hits: readonly RunHit[];
  readonly matches: number;
  /** Where to go on; null when all was searched that is here. Back: what is before it was not searched. */
  readonly more: SearchPlace | null;
  /** Where to go on when more was printed; null while `more` is not, for a sealed log, and back. */
  readonly next: SearchPlace | null;
  readonly searchedBytes: number;
  /** Lines of which only the beginning was looked at, in vain. */
  readonly cutLines: number;
};

/**
 * One hit for each line. Stops between two lines when there are enough, when its time or its bytes are over, or when `signal`
 * says so.
 * @throws Refused run-not-found, or bad-request for an expression that cannot be read
 */
export async function searchLog(
  db: Queryable,
  store: ArchiveStore,
  runId: number,
  wanted: LogSearch,
  limits: RecordLimits,
  signal: AbortSignal,
): Promise<FoundLines> {
  // What is wrong with it is said here: threads get what can be read.
  finderOf(wanted.pattern, limits);
  const until = Date.now() + limits.searchSeconds * 1000;
  const { expressionLineBytes, expressionSize, searchTextBytes } = limits;
  const { logs, logState } = await logSizes(db, runId);
  const steps = logs.map(({ step }) => step).filter((step) => wanted.step === undefined || step === wanted.step);
  const open = async (step: number, bytesBefore: number, hitsBefore: number): Promise<StepSearch> => {
    const found = await lookAtLog(db, runId, step, async (log) => ({ log, members: await memberLines(db, log) }));
    return {
      ...found,
      db,
      store,
      thread: searchWith(limits.searchThreads),
      search: {
        pattern: wanted.pattern,
        limits: { expressionLineBytes, expressionSize, searchTextBytes },
        limit: wanted.limit - hitsBefore,
        keep: wanted.isCount ? 'none' : 'first',
        afterByte: wanted.after?.step === step ? wanted.after.byte : null,
        beforeByte: null,
      },
      signal,
      until: signal.aborted ? 0 : until,
      ahead: limits.searchThreads * 2,
      isEnough: (bytes, hits) =>
        signal.aborted ||
        Date.now() > until ||
        bytesBefore + bytes >= limits.searchBytes ||
        (wanted.isCount !== true && hitsBefore + hits >= wanted.limit),
    };
  };
  if (wanted.before) return searchBack(steps, wanted, wanted.before, open);
  return searchOn(steps, wanted, open, logState === 'sealed');
}

export type OpenStep = (step: number, bytesBefore: number, hitsBefore: number) => Promise<StepSearch>;

async function searchOn(
  steps: readonly number[],
  wanted: LogSearch,
  open: OpenStep,
  isSealed: boolean,
): Promise<FoundLines> {
  const { after } = wanted;
  const from = wanted.from ?? after;
  const all = { hits: [] as RunHit[], matches: 0, searchedBytes: 0, cutLines: 0 };
  let last: SearchPlace = from ?? { step: wanted.step ?? 0, line: 1, byte: 0 };
  for (const step of steps.filter((step) => step >= (from?.step ?? 0))) {
    const opened = await open(step, all.searchedBytes, all.hits.length);
    const start: LineStart = from?.step === step ? { line: from.line, byte: from.byte } : { line: 1, byte: 0 };
    const found = await searchSegments(opened, planSegments(opened.members, start));
    for (const hit of found.hits) all.hits.push({ ...hit, step });
    all.matches += found.matches;
    all.searchedBytes += found.searchedBytes;
    all.cutLines += found.cutLines;
    if (found.stoppedAt) return { ...all, more: { step, ...found.stoppedAt }, next: null };
    last = { step, ...(found.lastLine ?? start) };
    const isLast = step === steps.at(-1);
    if (!isLast && opened.isEnough(found.searchedBytes, found.hits.length)) {
      const following = steps.find((later) => later > step)!;
      return { ...all, more: { step: following, line: 1, byte: 0 }, next: null };
    }
  }
  return { ...all, more: null, next: isSealed ? null : last };
}
