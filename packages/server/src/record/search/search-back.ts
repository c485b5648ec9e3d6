// Searches a run's log from some line towards its beginning, block by block: of each block the last lines found count.
import type { FoundLines, LogSearch, OpenStep, RunHit, SearchPlace } from '../search-log.ts';
import { planSegments, type Segment } from './plan-segments.ts';
import { searchSegments } from './search-step.ts';

/** A block is searched whole, whatever the time: what it holds is not known before its end. */
export async function searchBack(
  steps: readonly number[],
  { limit }: LogSearch,
  before: SearchPlace,
  open: OpenStep,
): Promise<FoundLines> {
  let hits: RunHit[] = [];
  let [matches, searchedBytes, cutLines] = [0, 0, 0];
  const answer = (more: SearchPlace | null): FoundLines => {
    return { hits: hits.slice(-limit), matches: Math.min(matches, limit), more, next: null, searchedBytes, cutLines };
  };
  for (const step of steps.filter((step) => step <= before.step).reverse()) {
    const opened = await open(step, searchedBytes, hits.length);
    const end = step === before.step ? before.byte : Number.POSITIVE_INFINITY;
    const segments = planSegments(opened.members, { line: 1, byte: 0 }).filter(({ from }) => from.byte < end);
    for (const block of blocksOf(segments, opened.ahead).reverse()) {
      const search = {
        ...opened.search,
        limit,
        keep: 'last' as const,
        beforeByte: Math.min(end, Number.MAX_SAFE_INTEGER),
      };
      // Nobody waits for less than a whole block.
      const found = await searchSegments(
        { ...opened, search, until: Number.POSITIVE_INFINITY, isEnough: () => false },
        block,
      );
      hits = [...found.hits.filter(({ at }) => at.byte < end).map((hit) => ({ ...hit, step })), ...hits];
      matches += found.matches;
      cutLines += found.cutLines;
      searchedBytes += found.searchedBytes;
      const first = block[0]!.from;
      if (hits.length >= limit) return answer(placeOf(hits.slice(-limit)[0]!));
      if (first.byte === 0) continue;
      // Of the line in which the block begins another one looks at the beginning; a line at its very first byte was not looked at.
      if (opened.isEnough(searchedBytes, hits.length)) return answer({ step, line: first.line, byte: first.byte + 1 });
    }
    const isMore = steps.some((earlier) => earlier < step);
    if (isMore && opened.isEnough(searchedBytes, hits.length)) return answer({ step, line: 1, byte: 0 });
  }
  return answer(null);
}

const placeOf = ({ step, at }: RunHit): SearchPlace => ({ step, ...at });

/** Some segments each, and none begins within a long line. */
function blocksOf(segments: readonly Segment[], most: number): Segment[][] {
  const blocks: Segment[][] = [];
  for (const segment of segments) {
    const block = blocks.at(-1);
    if (block && (block.length < most || segment.start === 'open')) block.push(segment);
    else blocks.push([segment]);
  }
  return blocks;
}
